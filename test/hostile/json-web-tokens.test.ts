import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
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

type Header = { readonly alg: Algorithm; readonly kid: string; readonly typ: string }
/** A genuine token, taken apart. */
type Taken = { readonly header: Header; readonly h: string; readonly p: string; readonly s: string; readonly claims: string }
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

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const taken = (token: string): Taken => {
  const [h = '', p = '', s = ''] = token.split('.')
  const read = (part: string) => Buffer.from(part, 'base64url').toString()
  return { header: JSON.parse(read(h)) as Header, h, p, s, claims: read(p) }
}

/** As whoever has the server's own key would sign: what is refused then is refused for what it says. */
const signedByUs = async (header: object, payload: unknown, { alg, kid }: Header): Promise<string> => {
  const { rows } = await run(server, `select private_sealed from signing_keys where kid = '${kid}'`)
  const key = signingKey(alg, createSeal(server.secretKey()).open(rows[0]?.['private_sealed'] ?? '', `signing_keys/${kid}`))
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${(await key.sign(Buffer.from(signed))).toString('base64url')}`
}

const signedBy = (key: KeyObject, header: object, claims: string, hash: string | null = 'sha256'): string => {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })

const attacks: Readonly<Record<string, (of: Taken) => readonly string[] | Promise<readonly string[]>>> = {
  'attack 39: no algorithm, in any spelling, and no signature': ({ header, h, p, s }) => [
    ...['none', 'None', 'nOnE', 'NONE', ''].flatMap((alg) => ['', s].map((signature) => `${encode({ ...header, alg })}.${p}.${signature}`)),
    `${h}.${p}.`,
    `${h}.${p}`,
  ],
  'attack 40: a public key as the secret of an HMAC': ({ header, p }) =>
    keys.flatMap((jwk) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      const secrets = [key.export({ type: 'spki', format: 'pem' }), key.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk)]
      return secrets.flatMap((secret) =>
        ['HS256', header.alg].map((alg) => {
          const signed = `${encode({ ...header, kid: jwk.kid, alg })}.${p}`
          return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
        }),
      )
    }),
  'attack 41: a key that the token brings along or points to': ({ header, claims }) => {
    const address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/keys`
    const jwk = own.publicKey.export({ format: 'jwk' })
    return [
      { jwk },
      { jku: address },
      { x5u: address },
      { x5c: [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
    ]
      .flatMap((more) => [
        { ...header, alg: 'ES256', ...more },
        { ...header, alg: 'ES256', kid: 'mine', ...more },
      ])
      .map((forged) => signedBy(own.privateKey, forged, claims))
  },
  'attack 42: a name of a key that is a path, a query, huge, or of another type': ({ header, claims, p, s }) =>
    ['../../etc/passwd', "' OR 1=1 --", '', '__proto__', 'x'.repeat(5000), 1, null, ['x'], {}].flatMap((kid) => [
      `${encode({ ...header, kid })}.${p}.${s}`,
      signedBy(own.privateKey, { ...header, alg: 'ES256', kid }, claims),
    ]),
  'attack 43: critical extensions, members that come twice, tokens inside of tokens': async ({ header, h, p, s, claims }) => {
    let nested = `${h}.${p}.${s}`
    for (let depth = 0; depth < 5; depth++) nested = await signedByUs({ ...header, cty: 'JWT' }, nested, header)
    const { alg, kid, typ } = header
    return [
      await signedByUs({ ...header, crit: ['exp'], exp: 1 }, claims, header),
      await signedByUs({ ...header, crit: [] }, claims, header),
      `${encode(`{"alg":"none","alg":"${alg}","kid":"${kid}","typ":"${typ}"}`)}.${p}.${s}`,
      nested,
    ]
  },
  'attack 44: weak keys, another curve, signatures of zeros': ({ header, h, p, claims }) => [
    signedBy(weak.privateKey, { ...header, alg: 'RS256' }, claims),
    signedBy(own.privateKey, { ...header, alg: 'ES384' }, claims, 'sha384'),
    ...[64, 96, 256].map((length) => `${h}.${p}.${Buffer.alloc(length).toString('base64url')}`),
    ...keys.map(({ alg, kid }) => `${encode({ ...header, alg, kid })}.${p}.${Buffer.alloc(64).toString('base64url')}`),
  ],
  'attack 45: encrypted tokens that cost a lot to open': ({ header }) =>
    [
      { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'AAAA' },
      { alg: 'dir', enc: 'A128GCM', zip: 'DEF' },
    ].map((costly) => `${encode({ ...header, ...costly })}.AAAA.AAAA.${'A'.repeat(1000)}.AAAA`),
  'attack 46: times that are none, or not yet come': ({ header, claims }) =>
    Promise.all(
      ['"9999999999"', '-1', '1e400', String(2n ** 63n), 'null', '[9999999999]', '9999999999.5', '9999999999,"nbf":9999999998'].map((exp) =>
        signedByUs(header, claims.replace(/"exp":\d+/, `"exp":${exp}`), header),
      ),
    ),
}

for (const [attack, make] of Object.entries(attacks))
  test(attack, async () => {
    for (const [what, { good, accepts }] of Object.entries(surfaces)) {
      const forged = await make(taken(good))
      for (const token of forged) assert.equal(await accepts(token), false, `${what}: ${token.slice(0, 300)}`)
    }
    assert.equal(called, 0, 'nothing was fetched')
  })

test('attack 42: a name of a key of a megabyte is refused unread', async () => {
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
