import assert from 'node:assert/strict'
import type { JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { assert as holds, asyncProperty, constantFrom, nat, pre } from 'fast-check'
import type { Algorithm } from '../../core/api/index.ts'
import { createSeal } from '../../core/keys/seal.ts'
import { signingKey } from '../../core/keys/signing-key.ts'
import { Client } from '../kit/client.ts'
import { people, wiki } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, attacked, authorizeAddress, codeFor, redeem, userinfo } from './attack.ts'
import { encode, forgeries, type Header, taken } from './forgery.ts'

type Surface = { readonly good: string; accepts(token: string): Promise<boolean> }

let server: TestServer
let surfaces: Readonly<Record<string, Surface>>
let keys: readonly (JsonWebKey & { readonly kid: string })[]
let called = 0
const listener = createServer((_, response) => {
  called++
  response.end('{"keys":[]}')
})

const introspection = async (token: string) => {
  const body = new URLSearchParams({ client_id: wiki.clientId, client_secret: wiki.clientSecret, token })
  return fetch(`${server.url}/application/o/introspect/`, { method: 'POST', body })
}

before(async () => {
  server = await startServer({ apply: attacked() })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const client = new Client(server.url)
  const { body } = await redeem(server, await codeFor(client, people.ada))
  keys = ((await (await fetch(`${server.url}/application/o/wiki/jwks/`)).json()) as { readonly keys: typeof keys }).keys
  surfaces = {
    userinfo: {
      good: body['access_token'],
      async accepts(token) {
        const status = await userinfo(server, token)
        assert.ok(status === 200 || status === 401, `status ${status}`)
        return status === 200
      },
    },
    introspection: {
      good: body['access_token'],
      async accepts(token) {
        const answer = (await (await introspection(token)).json()) as Readonly<Record<string, unknown>>
        if (answer['active'] === true) return true
        assert.deepEqual(answer, { active: false })
        return false
      },
    },
    'id_token_hint of an authorization request': {
      good: body['id_token'],
      async accepts(token) {
        const answer = answerOf(await client.open(authorizeAddress({ prompt: 'none', id_token_hint: token })))
        assert.ok(answer['code'] !== undefined || answer['error'] === 'invalid_request', JSON.stringify(answer))
        return answer['code'] !== undefined
      },
    },
    // Last, since it ends the session where the token is good.
    'id_token_hint of a sign-out': {
      good: body['id_token'],
      async accepts(token) {
        await client.open(`/application/o/wiki/end-session/?${new URLSearchParams({ id_token_hint: token })}`)
        return answerOf(await client.open(authorizeAddress({ prompt: 'none' })))['code'] === undefined
      },
    },
  }
})
after(async () => {
  listener.close()
  await server?.stop()
})

/** As whoever has the server's own key would sign: what is refused then is refused for what it says. */
const signedByUs = async (header: object, payload: unknown, { alg, kid }: Header): Promise<string> => {
  const { rows } = await run(server, `select private_sealed from signing_keys where kid = '${kid}'`)
  const key = signingKey(alg as Algorithm, createSeal(server.secretKey()).open(rows[0]?.['private_sealed'] ?? '', `signing_keys/${kid}`))
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${(await key.sign(Buffer.from(signed))).toString('base64url')}`
}

for (const [attack, make] of Object.entries(forgeries))
  test(attack, async () => {
    const address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/keys`
    for (const [what, { good, accepts }] of Object.entries(surfaces)) {
      const forged = await make(taken(good), { keys, address, later: 9_999_999_999, sign: signedByUs })
      for (const token of forged) assert.equal(await accepts(token), false, `${what}: ${token.slice(0, 300)}`)
    }
    assert.equal(called, 0, 'nothing was fetched')
  })

test('a name of a key of a megabyte is refused unread', async () => {
  const { header, p, s } = taken(surfaces['introspection']!.good)
  const { status } = await introspection(`${encode({ ...header, kid: 'x'.repeat(1 << 20) })}.${p}.${s}`)
  assert.equal(status, 413)
})

test('a token with any one sign changed is refused', async () => {
  const { good, accepts } = surfaces['introspection']!
  const sign = constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ é')
  await holds(
    asyncProperty(nat(good.length - 1), sign, async (at, other) => {
      pre(good[at] !== other)
      assert.equal(await accepts(`${good.slice(0, at)}${other}${good.slice(at + 1)}`), false)
    }),
    { numRuns: 200 },
  )
})

test('what signs with the server’s key is taken, and so are the genuine tokens', async () => {
  for (const [what, { good, accepts }] of Object.entries(surfaces)) {
    const { header, claims } = taken(good)
    assert.equal(await accepts(await signedByUs(header, claims, header)), true, what)
  }
})
