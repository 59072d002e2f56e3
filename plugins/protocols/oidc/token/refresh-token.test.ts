import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeJwt } from 'jose'
import { asApp, base, confidential, post, settingsOf, tokens, world, type World } from '../test/harness.ts'

const other = { ...confidential, clientId: 'other', clientSecret: 'other-s3cret' }
const asOther = { client_id: 'other', client_secret: 'other-s3cret' }
const scope = 'openid email groups offline_access'

const start = async () => {
  const one = await world({ app: confidential, other })
  const first = await tokens(one, { scope, nonce: 'n1' })
  return { one, first, token: first['refresh_token'] as string }
}
const refresh = (one: World, refresh_token: string, changes: Record<string, string> = {}) =>
  post(one, { grant_type: 'refresh_token', refresh_token, ...asApp, ...changes })

const refused = async (response: ReturnType<typeof refresh>, error = 'invalid_grant') => {
  const { statusCode, body } = await response
  assert.deepEqual([statusCode, JSON.parse(body).error], [400, error])
}

test('there is a refresh token only with offline_access', async () => {
  const { one, token } = await start()
  assert.ok(token)
  assert.equal((await tokens(one))['refresh_token'], undefined)
})

test('a refresh gives new tokens, and an ID token of the same sign-in without its nonce', async () => {
  const { one, first, token } = await start()
  one.clock.pass(500)
  const second = (await refresh(one, token)).json()
  assert.notEqual(second.refresh_token, token)
  assert.equal(second.scope, scope)
  const [before, after] = [decodeJwt(first['id_token']), decodeJwt(second.id_token)]
  assert.equal(before['nonce'], 'n1')
  assert.equal(after['nonce'], undefined)
  for (const claim of ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid', 'acr']) assert.equal(after[claim], before[claim], claim)
  assert.equal(after.iat, before.iat! + 500)
  assert.equal((await refresh(one, second.refresh_token)).statusCode, 200)
})

test('refreshed claims are those of now', async () => {
  const { one, token } = await start()
  one.users.all.set(one.ada.id, { ...one.ada, groups: ['auditors'] })
  assert.deepEqual(decodeJwt((await refresh(one, token)).json().id_token)['groups'], ['auditors'])
})

test('a replaced token is refused; the family lives within the grace and dies outside it', async () => {
  const { one, token } = await start()
  const second = (await refresh(one, token)).json()
  one.clock.pass(5)
  await refused(refresh(one, token))
  const third = (await refresh(one, second.refresh_token)).json()
  one.clock.pass(60)
  await refused(refresh(one, second.refresh_token))
  await refused(refresh(one, third.refresh_token))
  assert.deepEqual(
    one.events.map(({ action }) => action),
    ['oidc.refresh-token-reused'],
  )
})

test('scopes can be narrowed, for the one answer, and never widened', async () => {
  const { one, token } = await start()
  const narrow = (await refresh(one, token, { scope: 'openid groups' })).json()
  assert.equal(narrow.scope, 'openid groups')
  assert.equal(decodeJwt(narrow.id_token)['email'], undefined)
  await refused(refresh(one, narrow.refresh_token, { scope: 'openid profile' }), 'invalid_scope')
  assert.equal((await refresh(one, narrow.refresh_token)).json().scope, scope)
})

test('the token of another client is refused, and stays good for its owner', async () => {
  const { one, token } = await start()
  await refused(refresh(one, token, asOther))
  assert.equal((await refresh(one, token)).statusCode, 200)
})

test('a token is good at the origin that it was given under only', async () => {
  const { one, token } = await start()
  one.setting.origin = 'https://elsewhere.example'
  await refused(refresh(one, token))
  one.setting.origin = undefined
  assert.equal((await refresh(one, token)).statusCode, 200)
})

test('a token that we did not make is refused, a missing one is invalid_request', async () => {
  const { one } = await start()
  await refused(refresh(one, 'nothing'))
  await refused(refresh(one, ''), 'invalid_request')
})

const ends: Readonly<Record<string, (one: World) => void>> = {
  'the user was disabled': ({ users, ada }) => users.all.set(ada.id, { ...ada, enabled: false }),
  'the user is gone': ({ users }) => users.all.clear(),
  'the application is denied to the user': ({ setting }) => {
    setting.allowed = false
  },
  'the provider stopped allowing offline_access': ({ providers }) =>
    providers.set('app', { ...providers.get('app')!, settings: settingsOf({ ...confidential, scopes: ['openid', 'email'] }) }),
  'the provider is that of another application now': ({ providers }) =>
    providers.set('app', { ...providers.get('app')!, application: { slug: 'another', name: 'Another' } }),
  'the lifetime is over': ({ clock }) => clock.pass(2_592_001),
}
for (const [what, end] of Object.entries(ends))
  test(`a refresh is refused when ${what}`, async () => {
    const { one, token } = await start()
    end(one)
    await refused(refresh(one, token))
  })

test('a refresh of a revoked grant is refused before the token is touched', async () => {
  const { one, token } = await start()
  for (const { grant } of one.grants.rows.values()) await one.grants.revoke(grant)
  one.grants.rotate = () => assert.fail('replaced')
  await refused(refresh(one, token))
})

test('a refusal for the access rules spends nothing', async () => {
  const { one, token } = await start()
  one.setting.allowed = false
  await refused(refresh(one, token))
  one.setting.allowed = true
  assert.equal((await refresh(one, token)).statusCode, 200)
})

test('an offline grant outlives its session, any other dies with it', async () => {
  const { one, token } = await start()
  const online = await tokens(one)
  one.grants.ended.add('session-1')
  assert.equal((await refresh(one, token)).statusCode, 200)
  const headers = { authorization: `Bearer ${online['access_token']}` }
  assert.equal((await one.app.inject({ url: `${base}/userinfo/`, headers })).statusCode, 401)
})

test('a scope that the provider stopped allowing is left out', async () => {
  const { one, token } = await start()
  const scopes = ['openid', 'offline_access']
  one.providers.set('app', { ...one.providers.get('app')!, settings: settingsOf({ ...confidential, scopes }) })
  const { scope: given, id_token } = (await refresh(one, token)).json()
  assert.equal(given, 'openid offline_access')
  assert.equal(decodeJwt(id_token)['email'], undefined)
})
