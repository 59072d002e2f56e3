import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { wiki } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'
import { encode, forgeries, type Header, signedBy, taken } from './forgery.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const pairs = { robot: generateKeyPairSync('ec', { namedCurve: 'P-256' }), twin: generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
const jwkOf = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'ES256' })
const keys = [jwkOf(pairs.robot.publicKey, 'robot-1')]
const machine = (more: object) => ({ type: 'oidc', with: { grantTypes: ['client_credentials'], clientScopes: ['jobs.read'], ...more } })

let server: TestServer
let called = 0
const listener = createServer((_, response) => {
  called++
  response.end(JSON.stringify({ keys: [jwkOf(pairs.robot.publicKey, 'remote-1')] }))
})
const addressOf = (path: string) => `http://127.0.0.1:${(listener.address() as AddressInfo).port}/${path}`

before(async () => {
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const clients = {
    robot: machine({ jwks: { keys } }),
    twin: machine({ jwks: { keys: [jwkOf(pairs.twin.publicKey, 'twin-1')] } }),
    remote: machine({ jwksUri: addressOf('jwks') }),
  }
  server = await startServer({
    apply: attacked({
      providers: clients,
      applications: Object.fromEntries(Object.keys(clients).map((slug) => [slug, { name: slug, provider: slug }])),
    }),
  })
})
after(async () => {
  listener.close()
  await server?.stop()
})

const issuerOf = (client: string) => `${server.url}/application/o/${client}/`
const seconds = () => Math.floor(Date.now() / 1000)
const header: Header = { alg: 'ES256', kid: 'robot-1' }
const claimsOf = (changes: object = {}) =>
  JSON.stringify({ iss: 'robot', sub: 'robot', aud: issuerOf('robot'), exp: seconds() + 60, jti: randomUUID(), ...changes })
const signed = (claims = claimsOf(), of: object = header) => signedBy(pairs.robot.privateKey, of, claims)

type Fields = Readonly<Record<string, string>>
const post = async (path: string, fields: Fields, headers: Fields = {}) => {
  const response = await fetch(`${server.url}/application/o/${path}/`, { method: 'POST', headers, body: new URLSearchParams(fields) })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>> }
}
const ask = (path: string, assertion: string, more: Fields = {}) =>
  post(path, { grant_type: 'client_credentials', token: 'x', client_assertion_type: type, client_assertion: assertion, ...more })

const endpoints = ['token', 'introspect', 'revoke'] as const
/** Refused everywhere, as a client that did not authenticate, and never for a fault of ours. */
const assertRefused = async (assertion: string, more?: Fields) => {
  for (const endpoint of endpoints) {
    const { status, body } = await ask(endpoint, assertion, more)
    assert.deepEqual([status, body['error']], [401, 'invalid_client'], `${endpoint}: ${assertion.slice(0, 300)}`)
  }
}
const accepted = async (assertion: string, more?: Fields) => (await ask('token', assertion, more)).status === 200

test('genuine assertions are taken at each endpoint', async () => {
  for (const endpoint of endpoints) assert.equal((await ask(endpoint, signed())).status, 200, endpoint)
  for (const typ of ['JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt'])
    assert.ok(await accepted(signed(claimsOf(), { ...header, typ })), typ)
})

for (const [attack, make] of Object.entries(forgeries))
  test(`of a client assertion: ${attack}`, async () => {
    const good = signed()
    const sign = async (of: object, payload: unknown) => signedBy(pairs.robot.privateKey, of, payload as string)
    const forged = await make(taken(good), { keys, address: addressOf('keys'), later: seconds() + 60, sign })
    for (const assertion of forged) await assertRefused(assertion)
    assert.equal(called, 0, 'nothing was fetched')
    assert.ok(await accepted(good), 'what was forged was good')
  })

test('of a client assertion: signed by the client under another name of its key, or huge', async () => {
  for (const kid of ['../../etc/passwd', "' OR 1=1 --", '', '__proto__', 'x'.repeat(5000), 1, null, ['x'], {}])
    await assertRefused(signed(claimsOf(), { ...header, kid }))
  const huge = await fetch(`${server.url}/application/o/token/`, {
    method: 'POST',
    body: new URLSearchParams({
      client_assertion_type: type,
      client_assertion: signed(claimsOf(), { ...header, kid: 'x'.repeat(1 << 20) }),
    }),
  })
  assert.equal(huge.status, 413)
})

test('of a client assertion: claims and headers that come twice, extensions, and tokens of other kinds', async () => {
  const good = claimsOf()
  await assertRefused(signed(good.replace('"sub":"robot"', '"sub":"robot","sub":"robot"')))
  await assertRefused(signed(good.replace('"sub":"robot"', '"sub":"wiki","\\u0073ub":"robot"')))
  await assertRefused(signed(good, `{"alg":"ES256","kid":"robot-1","kid":"robot-1"}` as unknown as object))
  for (const more of [{ crit: ['exp'] }, { b64: false, crit: ['b64'] }, { b64: true }, { cty: 'JWT' }])
    await assertRefused(signed(good, { ...header, ...more }))
  for (const typ of ['at+jwt', 'dpop+jwt', 'oauth-authz-req+jwt', '', 1, null]) await assertRefused(signed(good, { ...header, typ }))
  assert.ok(await accepted(signed(good)))
})

test('an assertion is for this issuer alone, as one string', async () => {
  const issuer = issuerOf('robot')
  const others = [
    `${server.url}/application/o/token/`,
    `${server.url}/application/o/token`,
    `${server.url}/application/o/introspect/`,
    issuerOf('twin'),
    'https://other.example/',
    server.url,
    `${server.url}/`,
    issuer.slice(0, -1),
    `${issuer}x`,
    issuer.toUpperCase(),
    issuer.replace('localhost', '127.0.0.1'),
    [issuer],
    [issuer, 'https://other.example/'],
    { [issuer]: true },
    '',
    null,
    undefined,
  ]
  for (const aud of others) await assertRefused(signed(claimsOf({ aud })))
  assert.ok(await accepted(signed(claimsOf({ aud: issuer }))))
})

test('an assertion is good once, also at another endpoint, at once and after a restart', async () => {
  const assertion = signed()
  assert.ok(await accepted(assertion))
  await assertRefused(assertion)
  const another = signed()
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(endpoints[n % 3] ?? 'token', another)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  const { jti } = JSON.parse(taken(assertion).claims) as { readonly jti: string }
  await assertRefused(signed(claimsOf({ jti })))
  for (const bad of ['', 1, null, ['x'], undefined, 'x'.repeat(256)]) await assertRefused(signed(claimsOf({ jti: bad })))
  await server.restart()
  await assertRefused(assertion)
})

test('an assertion speaks for the client that signed it, and for no other', async () => {
  for (const changes of [{ sub: 'twin' }, { iss: 'twin' }, { sub: undefined }, { iss: undefined }, { sub: ['robot'], iss: ['robot'] }])
    await assertRefused(signed(claimsOf(changes)))
  for (const as of ['twin', 'wiki', 'nobody', '__proto__']) await assertRefused(signed(claimsOf({ iss: as, sub: as, aud: issuerOf(as) })))
  for (const client_id of ['twin', 'wiki', 'nobody', 'Robot', 'robot ']) await assertRefused(signed(), { client_id })
  assert.ok(await accepted(signed(), { client_id: 'robot' }))
})

test('a client without keys signs nothing in, not even by its secret', async () => {
  const claims = claimsOf({ iss: wiki.clientId, sub: wiki.clientId, aud: issuerOf('wiki') })
  await assertRefused(signed(claims))
  const secret = { alg: 'HS256', kid: 'robot-1' }
  const { createHmac } = await import('node:crypto')
  const text = `${encode(secret)}.${encode(claims)}`
  await assertRefused(`${text}.${createHmac('sha256', wiki.clientSecret).update(text).digest('base64url')}`)
  await assertRefused(signed(claimsOf({ iss: 'native', sub: 'native', aud: issuerOf('native') })))
})

test('a client has one way to authenticate, and uses one at once', async () => {
  const fields = { grant_type: 'client_credentials', client_id: 'robot' }
  for (const client_secret of ['', 'x', 'undefined']) assert.equal((await post('token', { ...fields, client_secret })).status, 401)
  const basic = { authorization: `Basic ${Buffer.from('robot:').toString('base64')}` }
  assert.equal((await post('token', fields, basic)).status, 401)
  const both = { ...fields, client_assertion_type: type, client_assertion: signed() }
  assert.equal((await post('token', { ...both, client_secret: 'x' })).body['error'], 'invalid_request')
  assert.equal((await post('token', both, basic)).body['error'], 'invalid_request')
  assert.equal((await post('token', { ...both, client_assertion_type: `${type}x` })).status, 401)
  assert.ok(await accepted(both.client_assertion), 'it was not spent')
})

test('keys inside of the network are not fetched unless that is allowed, and then as seldom as may be', async () => {
  const from = (kid: string) => signed(claimsOf({ iss: 'remote', sub: 'remote', aud: issuerOf('remote') }), { alg: 'ES256', kid })
  await assertRefused(from('remote-1'))
  assert.equal(called, 0)
  assert.match(server.logs(), /keys of a client could not be fetched/)
  await server.restart({ env: { SLUICE_OUTGOING_ALLOW: '127.0.0.0/8' } })
  assert.ok(await accepted(from('remote-1')))
  for (let n = 0; n < 30; n++) await assertRefused(from(`made-up-${n}`))
  assert.ok(await accepted(from('remote-1')))
  assert.equal(called, 1)
})
