import assert from 'node:assert/strict'
import type { webcrypto } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import type { Page } from 'playwright-core'
import { closeBrowser, visit } from '../../kit/browser.ts'
import { people } from '../../kit/configuration.ts'
import { startServer, type TestServer } from '../../kit/server.ts'
import { documentWith, typeCredentials } from '../typing.ts'
import { startRelyingParty, type RelyingParty } from './relying-party.ts'

const secret = 'only for tests: with a space, a colon and 100 % of an umlaut: ü'
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
const strict = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }

let server: TestServer
let app: RelyingParty

const providerFor = (idTokenAlg: string) => ({
  clientSecret: secret,
  redirectUris: [`${app.url}/cb`],
  postLogoutRedirectUris: [`${app.url}/bye`],
  idTokenAlg,
  pkce: 'required',
})

/** A client that signs by this algorithm, with its key in the settings or at an address of its own. */
const signing = {
  ES256: await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']),
  RS256: await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  ),
  PS256: await crypto.subtle.generateKey(
    { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  ),
  Ed25519: (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair,
} satisfies Record<string, webcrypto.CryptoKeyPair>
type SigningAlgorithm = keyof typeof signing
const signingAlgorithms = Object.keys(signing) as SigningAlgorithm[]
const jwkOf = async (alg: SigningAlgorithm) => {
  const { ext: _, key_ops: __, ...jwk } = await crypto.subtle.exportKey('jwk', signing[alg].publicKey)
  return { ...jwk, kid: alg }
}
const signerFor = async (alg: SigningAlgorithm) => ({
  redirectUris: [`${app.url}/cb`],
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  clientScopes: ['jobs.read'],
  ...(alg === 'PS256' ? { jwksUri: `${app.url}/jwks` } : { jwks: { keys: [await jwkOf(alg)] } }),
})

before(async () => {
  app = await startRelyingParty({ '/jwks': { keys: [await jwkOf('PS256')] } })
  const signers = await Promise.all(signingAlgorithms.map(async (alg) => [`signs-${alg.toLowerCase()}`, await signerFor(alg)] as const))
  server = await startServer({
    env: { SLUICE_OUTGOING_ALLOW: '127.0.0.0/8' },
    apply: documentWith({
      ...Object.fromEntries(signers),
      ...Object.fromEntries(algorithms.map((alg) => [alg.toLowerCase(), providerFor(alg)])),
      spa: { clientType: 'public', redirectUris: [`${app.url}/cb`] },
    }),
  })
})

after(async () => {
  await closeBrowser()
  await server?.stop()
  await app?.stop()
})

const configurationOf = (slug: string, alg = 'RS256', options: client.DiscoveryRequestOptions = {}) =>
  client.discovery(
    new URL(`${server.url}/application/o/${slug}/`),
    slug,
    { id_token_signed_response_alg: alg },
    slug === 'spa' ? client.None() : client.ClientSecretBasic(secret),
    { ...strict, ...options },
  )

/** What the client must know again when the answer comes, and where it sends the browser meanwhile. */
const begin = async (config: client.Configuration, parameters: Readonly<Record<string, string>> = {}) => {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedNonce: client.randomNonce(),
    expectedState: client.randomState(),
    idTokenExpected: true,
  }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${app.url}/cb`,
    scope: 'openid profile email groups offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: checks.expectedNonce,
    state: checks.expectedState,
    ...parameters,
  })
  return { checks, url }
}

const back = (page: Page) => page.getByRole('heading', { name: 'Back at the application' }).waitFor()

const signIn = async (page: Page, config: client.Configuration, parameters?: Readonly<Record<string, string>>) => {
  const { checks, url } = await begin(config, parameters)
  const answer = app.answer()
  await page.goto(url.href)
  await typeCredentials(page, people.ada)
  await back(page)
  return client.authorizationCodeGrant(config, await answer, checks)
}

for (const alg of algorithms)
  test(`a client that expects ${alg} signs in, reads userinfo, refreshes and signs out`, async () => {
    const config = await configurationOf(alg.toLowerCase(), alg)
    const { page, problems, close } = await visit()
    const first = await signIn(page, config)
    const claims = first.claims()
    assert.ok(claims)
    assert.deepEqual(
      [claims['preferred_username'], claims['email'], claims['name'], claims['groups'], claims['amr']],
      ['ada', 'ada@example.com', 'Ada Lovelace', ['finance'], ['pwd']],
    )
    const userinfo = await client.fetchUserInfo(config, first.access_token, claims.sub)
    assert.deepEqual([userinfo.email, userinfo['groups']], ['ada@example.com', ['finance']])

    const second = await client.refreshTokenGrant(config, first.refresh_token ?? assert.fail('no refresh token'))
    assert.equal(second.claims()?.sub, claims.sub)
    assert.notEqual(second.refresh_token, first.refresh_token)

    const leaving = client.buildEndSessionUrl(config, {
      id_token_hint: second.id_token ?? assert.fail('no ID token'),
      post_logout_redirect_uri: `${app.url}/bye`,
      state: 'after',
    })
    await page.goto(leaving.href)
    await page.getByRole('heading', { name: 'Goodbye' }).waitFor()
    assert.equal(page.url(), `${app.url}/bye?state=after`)
    assert.deepEqual(problems, [])

    await page.goto((await begin(config)).url.href)
    await page.getByLabel('User name or e-mail address').waitFor()
    await close()
  })

for (const alg of signingAlgorithms)
  test(`a client that signs by ${alg} signs in, refreshes, and gets, looks into and revokes a token of its own`, async () => {
    const slug = `signs-${alg.toLowerCase()}`
    const authentication = client.PrivateKeyJwt({ key: signing[alg].privateKey, kid: alg })
    const issuer = new URL(`${server.url}/application/o/${slug}/`)
    const config = await client.discovery(issuer, slug, undefined, authentication, strict)
    assert.deepEqual(config.serverMetadata().token_endpoint_auth_methods_supported, ['private_key_jwt'])
    const { page, problems, close } = await visit()
    const first = await signIn(page, config)
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? assert.fail('no refresh token'))
    assert.equal(second.claims()?.sub, first.claims()?.sub)
    const own = await client.clientCredentialsGrant(config, { scope: 'jobs.read' })
    assert.equal((await client.tokenIntrospection(config, own.access_token)).active, true)
    await client.tokenRevocation(config, own.access_token)
    assert.equal((await client.tokenIntrospection(config, own.access_token)).active, false)
    assert.deepEqual(problems, [])
    await close()
  })

for (const javaScript of [true, false])
  test(`a public client finds us by RFC 8414 and signs in ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const config = await configurationOf('spa', 'RS256', { algorithm: 'oauth2' })
    const { page, problems, close } = await visit({ javaScript })
    const tokens = await signIn(page, config)
    assert.equal(tokens.claims()?.['email'], 'ada@example.com')
    assert.deepEqual(problems, [])
    await close()
  })

test('an answer by form_post arrives as a POST', async () => {
  const config = await configurationOf('rs256')
  const { page, problems, close } = await visit()
  const tokens = await signIn(page, config, { response_mode: 'form_post' })
  assert.equal(tokens.claims()?.['email'], 'ada@example.com')
  assert.deepEqual(problems, [])
  await close()
})

test('an answer by form_post waits for a press of its button without JavaScript', async () => {
  const config = await configurationOf('rs256')
  const { page, close } = await visit({ javaScript: false })
  const { checks, url } = await begin(config, { response_mode: 'form_post' })
  const answer = app.answer()
  await page.goto(url.href)
  await typeCredentials(page, people.ada)
  await page.getByRole('button', { name: 'Continue' }).click()
  await back(page)
  const tokens = await client.authorizationCodeGrant(config, await answer, checks)
  assert.equal(tokens.claims()?.['email'], 'ada@example.com')
  await close()
})

test('an answer by fragment is seen by the page alone', async () => {
  const config = await configurationOf('rs256')
  const { page, close } = await visit()
  const { checks, url } = await begin(config, { response_mode: 'fragment' })
  await page.goto(url.href)
  await typeCredentials(page, people.ada)
  await back(page)
  const seen = new URL(page.url())
  assert.equal(seen.search, '')
  seen.search = seen.hash.slice(1)
  seen.hash = ''
  const tokens = await client.authorizationCodeGrant(config, seen, checks)
  assert.equal(tokens.claims()?.['email'], 'ada@example.com')
  await close()
})

test('prompt=none answers without a page: an error before the sign-in, a code after it', async () => {
  const config = await configurationOf('es256', 'ES256')
  const { page, close } = await visit()
  const refused = await begin(config, { prompt: 'none' })
  const refusal = app.answer()
  await page.goto(refused.url.href)
  await back(page)
  await assert.rejects(
    client.authorizationCodeGrant(config, await refusal, refused.checks),
    (error: client.AuthorizationResponseError) => error.error === 'login_required',
  )
  await signIn(page, config)
  const silent = await begin(config, { prompt: 'none' })
  const answer = app.answer()
  await page.goto(silent.url.href)
  await back(page)
  const tokens = await client.authorizationCodeGrant(config, await answer, silent.checks)
  assert.equal(tokens.claims()?.['email'], 'ada@example.com')
  await close()
})

test('max_age and prompt=login ask again, and the ID token says when', async () => {
  const config = await configurationOf('eddsa', 'EdDSA')
  const { page, close } = await visit()
  const first = await signIn(page, config)
  const again = await begin(config, { prompt: 'login', max_age: '60' })
  const answer = app.answer()
  await page.goto(again.url.href)
  await typeCredentials(page, people.ada)
  await back(page)
  const second = await client.authorizationCodeGrant(config, await answer, { ...again.checks, maxAge: 60 })
  const at = [first, second].map((tokens) => tokens.claims()?.auth_time ?? assert.fail('no auth_time'))
  assert.ok(at[1]! >= at[0]!, `the second sign-in says ${at[1]}, the first ${at[0]}`)
  await close()
})
