import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from 'openid-client'
import { base, confidential, publicClient, settingsOf, world } from './harness.ts'
import { realTime } from './ports.ts'

const insecure = { execute: [client.allowInsecureRequests] }

/** A server on a port of its own, as a client by somebody else sees it. */
const serving = async (t: { after(end: () => Promise<unknown>): void }) => {
  const one = await world({ app: confidential, spa: publicClient, job: { ...confidential, clientId: 'job' } }, realTime)
  const origin = await one.app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => one.app.close())
  return { one, origin }
}

const answerOf = async (address: URL) => {
  const response = await fetch(address, { redirect: 'manual' })
  return new URL(response.headers.get('location') ?? assert.fail(await response.text()))
}

const authentications = { basic: client.ClientSecretBasic, post: client.ClientSecretPost }
for (const [name, authentication] of Object.entries(authentications))
  test(`openid-client signs in by client_secret_${name}, reads userinfo and refreshes`, async (t) => {
    const { one, origin } = await serving(t)
    const issuer = new URL(`${origin}${base}/app/`)
    const config = await client.discovery(issuer, 'app', undefined, authentication(confidential.clientSecret), insecure)
    const [pkceCodeVerifier, expectedNonce, expectedState] = [client.randomPKCECodeVerifier(), client.randomNonce(), client.randomState()]
    const answer = await answerOf(
      client.buildAuthorizationUrl(config, {
        redirect_uri: 'https://app.example/cb',
        scope: 'openid email offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        nonce: expectedNonce,
        state: expectedState,
        max_age: '3600',
      }),
    )
    const expected = { pkceCodeVerifier, expectedNonce, expectedState, maxAge: 3600, idTokenExpected: true }
    const first = await client.authorizationCodeGrant(config, answer, expected)
    const claims = first.claims() ?? assert.fail('no ID token')
    const { sub } = claims
    assert.deepEqual([sub, claims['email']], [one.ada.id, 'ada@example.com'])
    assert.equal((await client.fetchUserInfo(config, first.access_token, sub)).email, 'ada@example.com')
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '')
    assert.equal(second.claims()?.sub, sub)
    assert.equal((await client.fetchUserInfo(config, second.access_token, sub)).sub, sub)
  })

test('openid-client signs in as a public client, by metadata of RFC 8414', async (t) => {
  const { one, origin } = await serving(t)
  const issuer = new URL(`${origin}${base}/spa/`)
  const config = await client.discovery(issuer, 'spa', undefined, client.None(), { ...insecure, algorithm: 'oauth2' })
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const answer = await answerOf(
    client.buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1:43210/cb',
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }),
  )
  assert.equal(answer.port, '43210')
  const given = await client.authorizationCodeGrant(config, answer, { pkceCodeVerifier, idTokenExpected: true })
  assert.equal(given.claims()?.sub, one.ada.id)
})

test('openid-client gets a token for itself, introspects and revokes it', async (t) => {
  const { one, origin } = await serving(t)
  const config = await client.discovery(new URL(`${origin}${base}/job/`), 'job', confidential.clientSecret, undefined, insecure)
  for (const format of ['jwt', 'opaque']) {
    const job = {
      ...confidential,
      clientId: 'job',
      grantTypes: ['client_credentials'],
      clientScopes: ['jobs.read'],
      accessTokenFormat: format,
    }
    one.providers.set('job', { ...one.providers.get('job')!, settings: settingsOf(job) })
    const { access_token, refresh_token, scope } = await client.clientCredentialsGrant(config, { scope: 'jobs.read' })
    assert.deepEqual([scope, refresh_token], ['jobs.read', undefined])
    const told = await client.tokenIntrospection(config, access_token)
    assert.deepEqual([told.active, told.sub, told.scope], [true, 'job', 'jobs.read'])
    await client.tokenRevocation(config, access_token)
    assert.equal((await client.tokenIntrospection(config, access_token)).active, false)
  }
})

test('openid-client understands an error answer', async (t) => {
  const { one, origin } = await serving(t)
  one.setting.refusal = 'denied'
  const config = await client.discovery(new URL(`${origin}${base}/app/`), 'app', confidential.clientSecret, undefined, insecure)
  const answer = await answerOf(client.buildAuthorizationUrl(config, { redirect_uri: 'https://app.example/cb', scope: 'openid' }))
  await assert.rejects(
    client.authorizationCodeGrant(config, answer),
    (error: client.AuthorizationResponseError) => error.error === 'access_denied',
  )
})
