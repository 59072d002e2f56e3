import assert from 'node:assert/strict'
import test from 'node:test'
import { check, settings } from './settings.ts'
import { confidential, publicClient, settingsOf } from './test/harness.ts'

test('the defaults are those of a confidential client with all scopes', () => {
  const { clientSecret: _, ...rest } = settingsOf(confidential)
  assert.deepEqual(rest, {
    clientId: 'app',
    clientType: 'confidential',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['https://app.example/cb'],
    postLogoutRedirectUris: [],
    pkce: 'optional',
    idTokenAlg: 'RS256',
    accessTokenAlg: 'ES256',
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    clientScopes: [],
    introspects: [],
    accessTokenFormat: 'jwt',
    accessTokenLifetime: 600,
    idTokenLifetime: 600,
    refreshTokenLifetime: 2_592_000,
    codeLifetime: 60,
    subject: 'id',
  })
})

test('every setting has a title and a description', () => {
  for (const [name, schema] of Object.entries(settings.properties)) {
    const { title, description } = schema as { title?: string; description?: string }
    assert.ok(title && description, name)
  }
})

test('settings that are not known are refused', () => {
  assert.throws(() => settingsOf({ ...confidential, redirectUri: 'https://app.example/cb' }), /additional properties/)
})

test('good settings have no problems', () => {
  assert.deepEqual(check(settingsOf(confidential)), [])
  assert.deepEqual(check(settingsOf(publicClient)), [])
})

test('a confidential client needs a secret, a public one has none', () => {
  const { clientSecret: _, ...without } = confidential
  assert.deepEqual(
    check(settingsOf(without)).map(({ pointer }) => pointer),
    ['/clientSecret'],
  )
  assert.deepEqual(
    check(settingsOf({ ...publicClient, clientSecret: 'x' })).map(({ pointer }) => pointer),
    ['/clientSecret'],
  )
})

test('a confidential client authenticates in one way, by keys that can be used', () => {
  const { clientSecret: _, ...without } = confidential
  const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  const pointers = (given: Record<string, unknown>) => check(settingsOf({ ...without, ...given })).map(({ pointer }) => pointer)
  const jwksUri = 'https://app.example/jwks'
  assert.deepEqual(pointers({ jwks: { keys: [key] } }), [])
  assert.deepEqual(pointers({ jwksUri }), [])
  assert.deepEqual(pointers({ jwksUri: 'http://127.0.0.1:8080/jwks' }), [])
  assert.deepEqual(pointers({ clientSecret: 's3cret', jwksUri }), ['/jwksUri'])
  assert.deepEqual(pointers({ jwks: { keys: [key] }, jwksUri }), ['/jwksUri'])
  assert.deepEqual(pointers({ clientType: 'public', jwksUri, jwks: { keys: [key] } }), ['/jwks', '/jwksUri'])
  assert.deepEqual(
    pointers({
      jwks: {
        keys: [
          { ...key, kid: 'a' },
          { ...key, d: 'x' },
          { ...key, kid: 'b' },
        ],
      },
    }),
    ['/jwks/keys/1'],
  )
  assert.deepEqual(pointers({ jwks: { keys: [key, key] } }), ['/jwks/keys/0', '/jwks/keys/1'])
  assert.deepEqual(pointers({ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }), ['/jwks/keys/0'])
  for (const bad of ['http://app.example/jwks', 'javascript:alert(1)', 'com.example.app:/jwks', 'https://u:p@app.example/', 'nonsense'])
    assert.deepEqual(pointers({ jwksUri: bad }), ['/jwksUri'], bad)
})

test('grant types fit the client, and its own scopes are not those of users', () => {
  const pointers = (given: Record<string, unknown>) => check(settingsOf(given)).map(({ pointer }) => pointer)
  const machine = { clientId: 'job', clientSecret: 's3cret', grantTypes: ['client_credentials'], clientScopes: ['jobs.read'] }
  assert.deepEqual(pointers(machine), [])
  assert.deepEqual(pointers({ ...publicClient, grantTypes: ['authorization_code', 'client_credentials'] }), ['/grantTypes'])
  assert.deepEqual(pointers({ ...machine, grantTypes: ['authorization_code'] }), ['/redirectUris'])
  for (const subject of ['username', 'email']) {
    assert.deepEqual(pointers({ ...machine, subject }), ['/subject'])
    assert.deepEqual(pointers({ ...machine, subject, serviceAccount: 'bob' }), [])
  }
  const clientId = '0198c0de-0000-7000-8000-000000000001'
  assert.deepEqual(pointers({ ...machine, clientId }), ['/clientId'])
  assert.deepEqual(pointers({ ...machine, clientId, serviceAccount: 'bob' }), [])
  assert.deepEqual(pointers({ ...confidential, clientId, subject: 'email' }), [])
  assert.deepEqual(pointers({ ...machine, clientScopes: ['a', 'openid', 'offline_access'] }), ['/clientScopes/1', '/clientScopes/2'])
})

test('a problem points at the address that has it', () => {
  const redirectUris = ['https://app.example/cb', 'javascript:alert(1)']
  const problems = check(settingsOf({ ...confidential, redirectUris, postLogoutRedirectUris: ['https://app.example/*'] }))
  assert.deepEqual(
    problems.map(({ pointer }) => pointer),
    ['/redirectUris/1', '/postLogoutRedirectUris/0'],
  )
})
