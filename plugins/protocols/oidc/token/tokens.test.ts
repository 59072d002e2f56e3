import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { base, confidential, tokens, world, type World } from '../test/harness.ts'

const issuer = 'http://localhost:80/application/o/app/'
const all = 'openid profile email groups offline_access'

const verified = async (one: World, jws: string) => {
  const keys = (await one.app.inject({ url: `${base}/app/jwks/` })).json()
  return jwtVerify(jws, createLocalJWKSet(keys), { issuer, audience: 'app', currentDate: one.clock.now() })
}

test('an ID token has the claims of the sign-in and of the scopes, exactly', async () => {
  const one = await world()
  one.setting.session = { id: 'session-7', at: new Date(one.clock.now().getTime() - 60_500), methods: ['pwd', 'totp'], userId: one.ada.id }
  const { id_token, access_token } = await tokens(one, { scope: all, nonce: 'n-0S6' })
  const { payload, protectedHeader } = await verified(one, id_token)
  assert.deepEqual(protectedHeader, { alg: 'RS256', kid: 'key-RS256', typ: 'JWT' })
  const now = Math.floor(one.clock.now().getTime() / 1000)
  assert.deepEqual(payload, {
    iss: issuer,
    sub: one.ada.id,
    aud: 'app',
    azp: 'app',
    iat: now,
    exp: now + 600,
    auth_time: now - 61,
    nonce: 'n-0S6',
    at_hash: createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url'),
    acr: '2',
    amr: ['pwd', 'otp', 'mfa'],
    sid: 'session-7',
    name: 'Ada Lovelace',
    preferred_username: 'ada',
    updated_at: 1_767_225_600,
    email: 'ada@example.com',
    email_verified: true,
    groups: ['engineers'],
  })
})

test('an access token is that of RFC 9068', async () => {
  const one = await world()
  const { access_token } = await tokens(one)
  const { payload, protectedHeader } = await verified(one, access_token)
  assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'key-ES256', typ: 'at+jwt' })
  const now = Math.floor(one.clock.now().getTime() / 1000)
  const { jti, grant_id, ...rest } = payload
  assert.deepEqual(rest, {
    iss: issuer,
    sub: one.ada.id,
    aud: 'app',
    client_id: 'app',
    iat: now,
    exp: now + 600,
    scope: 'openid email profile',
    sid: 'session-1',
    auth_time: now,
    acr: '1',
    amr: ['pwd'],
  })
  assert.ok(jti && one.grants.rows.has(String(grant_id)))
  assert.notEqual(decodeJwt((await tokens(one))['access_token']).jti, jti)
})

test('without a nonce there is none, without their scopes there are no claims', async () => {
  const one = await world()
  const claims = decodeJwt((await tokens(one, { scope: 'openid' }))['id_token'])
  for (const name of ['nonce', 'name', 'email', 'email_verified', 'groups']) assert.equal(claims[name], undefined, name)
})

test('a user without a name or an address has no such claims', async () => {
  const one = await world()
  one.users.all.set(one.ada.id, { ...one.ada, name: '', email: undefined })
  const claims = decodeJwt((await tokens(one))['id_token'])
  for (const name of ['name', 'email', 'email_verified']) assert.equal(name in claims, false, name)
})

test('the settings choose both signatures, and at_hash follows that of the ID token', async () => {
  const one = await world({ app: { ...confidential, idTokenAlg: 'EdDSA', accessTokenAlg: 'RS256' } })
  const { id_token, access_token } = await tokens(one)
  assert.equal(decodeProtectedHeader(access_token).alg, 'RS256')
  const { payload, protectedHeader } = await verified(one, id_token)
  assert.equal(protectedHeader.alg, 'EdDSA')
  assert.equal(payload['at_hash'], createHash('sha512').update(access_token).digest().subarray(0, 32).toString('base64url'))
})

const subjects = { id: '0198c0de-0000-7000-8000-000000000001', username: 'ada', email: 'ada@example.com' }
for (const [subject, expected] of Object.entries(subjects))
  test(`the subject ${subject} is the same in every token and at userinfo`, async () => {
    const one = await world({ app: { ...confidential, subject } })
    const { id_token, access_token } = await tokens(one)
    const headers = { authorization: `Bearer ${access_token}` }
    const { sub } = (await one.app.inject({ url: `${base}/userinfo/`, headers })).json()
    assert.deepEqual([decodeJwt(id_token).sub, decodeJwt(access_token).sub, sub], [expected, expected, expected])
  })

test('a sign-in costs two signatures and three store calls, the next one two', async () => {
  const one = await world()
  await tokens(one)
  assert.deepEqual([one.use.keys.signed, one.use.store.calls], [2, 3])
  await tokens(one)
  assert.deepEqual([one.use.keys.signed, one.use.store.calls], [4, 5])
})
