import assert from 'node:assert/strict'
import test from 'node:test'
import { metadataMount } from './addresses.ts'
import { base, confidential, publicClient, settingsOf, world } from './test/harness.ts'

const one = await world({
  app: confidential,
  spa: publicClient,
  token: { ...confidential, clientId: 'token' },
  par: { ...confidential, clientId: 'par' },
})
const get = (url: string) => one.app.inject({ url })

const addresses = [
  `${base}/app/.well-known/openid-configuration`,
  `${base}/app/.well-known/openid-configuration/`,
  `${base}/app/.well-known/oauth-authorization-server`,
  `${base}/app/.well-known/oauth-authorization-server/`,
  `${metadataMount}/app`,
  `${metadataMount}/app/`,
]
for (const address of addresses)
  test(`${address} has the metadata`, async () => {
    const response = await get(address)
    assert.equal(response.headers['content-type']?.toString().split(';')[0], 'application/json')
    assert.equal(response.headers['access-control-allow-origin'], '*')
    assert.deepEqual(response.json(), {
      issuer: 'http://localhost:80/application/o/app/',
      authorization_endpoint: 'http://localhost:80/application/o/authorize/',
      token_endpoint: 'http://localhost:80/application/o/token/',
      userinfo_endpoint: 'http://localhost:80/application/o/userinfo/',
      introspection_endpoint: 'http://localhost:80/application/o/introspect/',
      revocation_endpoint: 'http://localhost:80/application/o/revoke/',
      jwks_uri: 'http://localhost:80/application/o/app/jwks/',
      end_session_endpoint: 'http://localhost:80/application/o/app/end-session/',
      scopes_supported: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      acr_values_supported: ['1', '2'],
      claim_types_supported: ['normal'],
      claims_supported: response.json().claims_supported,
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      authorization_response_iss_parameter_supported: true,
    })
    for (const claim of ['sub', 'email', 'groups']) assert.ok(response.json().claims_supported.includes(claim))
  })

test('the metadata of a client says what that client may use', async () => {
  const { token_endpoint_auth_methods_supported } = (await get(`${base}/spa/.well-known/openid-configuration`)).json()
  assert.deepEqual(token_endpoint_auth_methods_supported, ['none'])
  const { clientSecret: _, ...without } = confidential
  const robot = { ...without, clientId: 'robot', jwksUri: 'https://app.example/jwks' }
  one.providers.set('robot', { ...one.providers.get('app')!, slug: 'robot', settings: settingsOf(robot) })
  const told = (await get(`${base}/robot/.well-known/openid-configuration`)).json()
  for (const endpoint of ['token', 'introspection', 'revocation']) {
    assert.deepEqual(told[`${endpoint}_endpoint_auth_methods_supported`], ['private_key_jwt'])
    assert.deepEqual(told[`${endpoint}_endpoint_auth_signing_alg_values_supported`], ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])
  }
})

test('metadata is of the origin that was asked, and follows a change of the settings', async () => {
  const two = await world()
  const read = async () => (await two.app.inject({ url: `${base}/app/.well-known/openid-configuration` })).json()
  assert.equal((await read()).issuer, 'http://localhost:80/application/o/app/')
  two.setting.origin = 'https://id.example'
  assert.equal((await read()).issuer, 'https://id.example/application/o/app/')
  two.providers.set('app', { ...two.providers.get('app')!, settings: settingsOf({ ...confidential, scopes: ['openid'] }) })
  const changed = await read()
  assert.deepEqual([changed.scopes_supported, changed.grant_types_supported], [['openid'], ['authorization_code']])
})

test('the key set is public and for any page', async () => {
  for (const url of [`${base}/app/jwks`, `${base}/app/jwks/`]) {
    const response = await get(url)
    const { keys } = response.json()
    assert.deepEqual(
      keys.map(({ alg }: { alg: string }) => alg),
      ['RS256', 'ES256', 'EdDSA'],
    )
    for (const key of keys) assert.equal('d' in key, false)
    assert.equal(response.headers['access-control-allow-origin'], '*')
  }
})

test('the address of an issuer leads to its metadata', async () => {
  for (const url of [`${base}/app`, `${base}/app/`])
    assert.equal((await get(url)).headers.location, 'http://localhost:80/application/o/app/.well-known/openid-configuration')
})

test('an application that is unknown, or has the name of an endpoint, has no issuer', async () => {
  for (const slug of ['nobody', 'token', 'par'])
    for (const path of ['.well-known/openid-configuration', 'jwks/']) {
      const response = await get(`${base}/${slug}/${path}`)
      assert.equal(response.statusCode, 404)
      assert.match(response.json().error_description, new RegExp(slug))
    }
  assert.equal((await get(`${base}/authorize/?client_id=token&redirect_uri=https://app.example/cb`)).statusCode, 400)
})

test('endpoints to come answer 404', async () => {
  for (const word of ['device', 'par', 'register'])
    for (const url of [`${base}/${word}`, `${base}/${word}/`]) {
      assert.equal((await get(url)).statusCode, 404)
      assert.equal((await one.app.inject({ method: 'POST', url })).statusCode, 404)
    }
})
