import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeJwt } from 'jose'
import { base, confidential, publicClient, settingsOf, tokens, world, type World } from './test/harness.ts'

const url = `${base}/userinfo/`
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const ask = ({ app }: World, token: string) => app.inject({ url, headers: { authorization: `Bearer ${token}` } })

test('userinfo tells what the scopes release', async () => {
  const one = await world()
  const { access_token } = await tokens(one, { scope: 'openid email groups' })
  const response = await ask(one, access_token)
  assert.deepEqual(response.json(), { sub: one.ada.id, email: 'ada@example.com', email_verified: true, groups: ['engineers'] })
  assert.equal(response.headers['cache-control'], 'no-store')
})

test('userinfo tells nothing more of a scope that the provider stopped allowing', async () => {
  const one = await world()
  const { access_token } = await tokens(one, { scope: 'openid email groups' })
  const allow = (scopes: readonly string[]) =>
    one.providers.set('app', { ...one.providers.get('app')!, settings: settingsOf({ ...confidential, scopes }) })
  allow(['openid', 'groups'])
  assert.deepEqual((await ask(one, access_token)).json(), { sub: one.ada.id, groups: ['engineers'] })
  allow(['email'])
  assert.equal((await ask(one, access_token)).statusCode, 403)
})

test('the token comes in the header of a GET or POST, or in a form', async () => {
  const one = await world()
  const { access_token } = await tokens(one)
  const authorization = `bearer ${access_token}`
  const responses = [
    await one.app.inject({ url, headers: { authorization } }),
    await one.app.inject({ method: 'POST', url, headers: { authorization } }),
    await one.app.inject({ method: 'POST', url, headers: form, payload: `access_token=${access_token}` }),
  ]
  assert.deepEqual(
    responses.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  )
})

test('a request without token learns only that it needs one', async () => {
  const response = await (await world()).app.inject({ url })
  assert.equal(response.statusCode, 401)
  assert.equal(response.headers['www-authenticate'], 'Bearer realm="userinfo"')
})

test('a token in the query is refused', async () => {
  const one = await world()
  const { access_token } = await tokens(one)
  const response = await one.app.inject({ url: `${url}?access_token=${access_token}` })
  assert.deepEqual([response.statusCode, response.json().error], [400, 'invalid_request'])
})

test('a token by two methods is refused', async () => {
  const one = await world()
  const { access_token } = await tokens(one)
  const headers = { ...form, authorization: `Bearer ${access_token}` }
  const response = await one.app.inject({ method: 'POST', url, headers, payload: `access_token=${access_token}` })
  assert.equal(response.json().error, 'invalid_request')
})

const invalid: Readonly<Record<string, (one: World, given: Record<string, any>) => string | Promise<string>>> = {
  'is no JWT': () => 'nonsense',
  'has no readable claims': () => 'e30.bm90IGpzb24.x',
  'is an ID token': (_one, { id_token }) => id_token,
  'is of an unknown client': () => `e30.${Buffer.from('{"client_id":"nobody"}').toString('base64url')}.x`,
  'names another client than it was given to': async (one, { access_token }) =>
    one.use.keys.sign({ ...decodeJwt(access_token), client_id: 'other' }, { alg: 'ES256', typ: 'at+jwt' }),
  'has another audience': async (one, { access_token }) =>
    one.use.keys.sign({ ...decodeJwt(access_token), aud: 'other' }, { alg: 'ES256', typ: 'at+jwt' }),
  'has the type of an ID token': async (one, { access_token }) => one.use.keys.sign(decodeJwt(access_token), { alg: 'ES256', typ: 'JWT' }),
  'was changed': (_one, { access_token }) => {
    const [header, , signature] = access_token.split('.')
    const claims = { ...decodeJwt(access_token), scope: 'openid groups' }
    return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
  },
  'has expired': ({ clock }, { access_token }) => {
    clock.pass(601)
    return access_token
  },
  'is of a session that ended': ({ grants }, { access_token }) => {
    grants.ended.add('session-1')
    return access_token
  },
  'is of a user who was disabled': ({ users, ada }, { access_token }) => {
    users.all.set(ada.id, { ...ada, enabled: false })
    return access_token
  },
  'is of another origin': ({ setting }, { access_token }) => {
    setting.origin = 'https://elsewhere.example'
    return access_token
  },
}
for (const [what, make] of Object.entries(invalid))
  test(`a token that ${what} is invalid_token`, async () => {
    const one = await world({ app: confidential, other: { ...confidential, clientId: 'other' } })
    const response = await ask(one, await make(one, await tokens(one)))
    assert.deepEqual([response.statusCode, response.json().error], [401, 'invalid_token'])
    assert.match(
      String(response.headers['www-authenticate']),
      /^Bearer realm="userinfo", error="invalid_token", error_description="[^"]+"$/,
    )
  })

test('a token without openid is insufficient_scope', async () => {
  const one = await world()
  const { access_token } = await tokens(one, { scope: 'email' })
  const response = await ask(one, access_token)
  assert.deepEqual([response.statusCode, response.json().error], [403, 'insufficient_scope'])
})

test('pages of a public client may read answers, others may not', async () => {
  const one = await world({ app: confidential, spa: publicClient })
  const { access_token } = await tokens(one)
  const claims = { ...decodeJwt(access_token), client_id: 'spa', aud: 'spa', iss: 'http://localhost:80/application/o/spa/' }
  const spa = await one.use.keys.sign(claims, { alg: 'ES256', typ: 'at+jwt' })
  const allowed = async (token: string, origin: string) =>
    (await one.app.inject({ url, headers: { authorization: `Bearer ${token}`, origin } })).headers['access-control-allow-origin']
  assert.equal(await allowed(spa, 'https://spa.example'), 'https://spa.example')
  assert.equal(await allowed(spa, 'https://evil.tld'), undefined)
  assert.equal(await allowed(spa, 'null'), undefined)
  assert.equal(await allowed(access_token, 'https://app.example'), undefined)
})

test('a preflight allows the headers that a page needs', async () => {
  const one = await world()
  for (const path of ['userinfo', 'token/']) {
    const headers = { origin: 'https://spa.example', 'access-control-request-method': 'POST' }
    const response = await one.app.inject({ method: 'OPTIONS', url: `${base}/${path}`, headers })
    assert.equal(response.statusCode, 204)
    assert.match(String(response.headers['access-control-allow-headers']), /authorization/)
    assert.equal(response.headers['access-control-allow-credentials'], undefined)
  }
})
