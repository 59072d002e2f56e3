import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { answered, authorize, base, codeOf, confidential, publicClient, redeem, tokens, world } from '../test/harness.ts'

const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
const issuer = 'http://localhost:80/application/o/app/'

type Changes = Record<string, string | undefined>
const one = await world({ app: confidential, strict: { ...confidential, clientId: 'strict', pkce: 'required' }, spa: publicClient })

const refusals: readonly (readonly [what: string, changes: Changes, error: string, says: RegExp])[] = [
  ['no response_type', { response_type: undefined }, 'invalid_request', /response_type=code/],
  ['an implicit response_type', { response_type: 'token' }, 'unsupported_response_type', /token/],
  ['a hybrid response_type', { response_type: 'code id_token' }, 'unsupported_response_type', /code id_token/],
  ['an unknown response_mode', { response_mode: 'pigeon' }, 'invalid_request', /pigeon.*form_post/],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported', /request/],
  ['a request_uri', { request_uri: 'https://app.example/r' }, 'request_uri_not_supported', /request_uri/],
  ['a registration', { registration: '{}' }, 'registration_not_supported', /registration/],
  ['a scope with a quote', { scope: 'openid "x"' }, 'invalid_scope', /scope/],
  ['prompt=none with another', { prompt: 'none login' }, 'invalid_request', /alone/],
  ['an unknown prompt', { prompt: 'sing' }, 'invalid_request', /sing/],
  ['a max_age that is no number', { max_age: '1h' }, 'invalid_request', /1h/],
  ['a negative max_age', { max_age: '-1' }, 'invalid_request', /max_age/],
  ['an id_token_hint that is no token', { id_token_hint: 'x' }, 'invalid_request', /id_token_hint/],
  ['a challenge without its method', { code_challenge: challenge.code_challenge }, 'invalid_request', /plain.*S256/],
  ['the method plain', { ...challenge, code_challenge_method: 'plain' }, 'invalid_request', /plain.*S256/],
  ['a method without challenge', { code_challenge_method: 'S256' }, 'invalid_request', /code_challenge/],
  ['a challenge of 42 characters', { ...challenge, code_challenge: 'a'.repeat(42) }, 'invalid_request', /43 characters/],
  ['a challenge of 129 characters', { ...challenge, code_challenge: 'a'.repeat(129) }, 'invalid_request', /43 characters/],
  ['a challenge with padding', { ...challenge, code_challenge: `${'a'.repeat(43)}=` }, 'invalid_request', /43 characters/],
  ['no challenge where it is required', { client_id: 'strict' }, 'invalid_request', /must use PKCE/],
  ['no challenge of a public client', { client_id: 'spa', redirect_uri: 'https://spa.example/cb' }, 'invalid_request', /must use PKCE/],
]
for (const [what, changes, error, says] of refusals)
  test(`${what} is answered by ${error} at the redirect URI, with state and iss`, async () => {
    const answer = answered(await authorize(one, changes))
    assert.equal(answer['error'], error)
    assert.match(answer['error_description'] ?? '', says)
    assert.equal(answer['state'], 's1')
    assert.equal(answer['iss'], issuer.replace('/app/', `/${changes['client_id'] ?? 'app'}/`))
    assert.equal(answer['code'], undefined)
  })

test('an error_description has only characters that RFC 6749 allows', async () => {
  const { error_description } = answered(await authorize(one, { response_type: '<script>"\\é\u0000' }))
  assert.match(error_description ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
})

test('a request that is good is parked with no more than its answer needs', async () => {
  await authorize(one, { ...challenge, nonce: 'n1', ui_locales: 'de', acr_values: '2', claims: '{}', display: 'page' })
  assert.deepEqual(one.seen.parked, {
    redirectUri: 'https://app.example/cb',
    mode: 'query',
    scopes: ['openid', 'email', 'profile'],
    state: 's1',
    nonce: 'n1',
    challenge: challenge.code_challenge,
    levels: ['2'],
  })
  assert.deepEqual(one.seen.wants?.levels, ['2'])
})

test('scopes that are unknown or not allowed are left out', async () => {
  const two = await world({ app: { ...confidential, scopes: ['openid', 'email'] } })
  await authorize(two, { scope: 'openid email groups admin' })
  assert.deepEqual(two.seen.parked?.scopes, ['openid', 'email'])
})

test('the user is asked to allow the granted scopes, in words', async () => {
  await authorize(one, { scope: 'openid offline_access' })
  assert.deepEqual(one.seen.wants?.consent, {
    to: [
      { name: 'openid', text: { key: 'oidc.scope.openid' } },
      { name: 'offline_access', text: { key: 'oidc.scope.offline_access' } },
    ],
    always: false,
  })
})

const wishes: readonly (readonly [changes: Changes, wants: Record<string, unknown>])[] = [
  [{}, {}],
  [{ prompt: 'none' }, { silent: true }],
  [{ prompt: 'login' }, { maxAge: 0 }],
  [{ prompt: 'select_account' }, { maxAge: 0 }],
  [{ prompt: 'login consent' }, { maxAge: 0 }],
  [{ max_age: '0' }, { maxAge: 0 }],
  [{ max_age: '3600' }, { maxAge: 3600 }],
  [{ max_age: '3600', prompt: 'login' }, { maxAge: 0 }],
  [{ login_hint: 'ada@example.com' }, { hint: 'ada@example.com' }],
]
for (const [changes, expected] of wishes)
  test(`${new URLSearchParams(changes as Record<string, string>)} wants ${JSON.stringify(expected)} of the sign-in`, async () => {
    await authorize(one, changes)
    const { consent, ...wants } = one.seen.wants ?? {}
    assert.deepEqual(wants, expected)
    assert.equal(consent?.always, (changes['prompt'] ?? '').includes('consent'))
  })

test('prompt=none without a session is answered by login_required, and never by a page', async () => {
  const two = await world()
  const answer = answered(await authorize(two, { prompt: 'none' }))
  assert.equal(answer['error'], 'login_required')
  assert.equal(answer['iss'], issuer)
})

const ends = {
  denied: 'access_denied',
  'login-needed': 'login_required',
  'consent-needed': 'consent_required',
  expired: 'access_denied',
} as const
for (const [why, error] of Object.entries(ends))
  test(`a sign-in that ends as ${why} is answered by ${error}`, async () => {
    const two = await world()
    two.setting.refusal = why as keyof typeof ends
    const answer = answered(await authorize(two))
    assert.deepEqual([answer['error'], answer['state'], answer['iss']], [error, 's1', issuer])
  })

test('an ID token of this client names the user who must come out, also after it has expired', async () => {
  const two = await world()
  const { id_token } = await tokens(two)
  two.clock.pass(100_000)
  await authorize(two, { id_token_hint: id_token })
  assert.equal(two.seen.wants?.subject, two.ada.id)
})

test('an ID token names its user by whatever the subject is', async () => {
  for (const subject of ['username', 'email']) {
    const two = await world({ app: { ...confidential, subject } })
    const { id_token } = await tokens(two)
    await authorize(two, { id_token_hint: id_token })
    assert.equal(two.seen.wants?.subject, two.ada.id)
    two.users.all.clear()
    assert.equal(answered(await authorize(two, { id_token_hint: id_token }))['error'], 'login_required')
  }
})

test('an id_token_hint is refused if it is an access token, of another client, of another origin, or of nobody', async () => {
  const two = await world({ app: confidential, other: { ...confidential, clientId: 'other' } })
  const { id_token, access_token } = await tokens(two)
  const forged = await new SignJWT({ sub: two.ada.id })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'key-RS256' })
    .setIssuer(issuer)
    .setAudience('app')
    .sign(new TextEncoder().encode('a guess at the public key, thirty-two bytes'))
  const misaddressed = await two.use.keys.sign({ ...decodeJwt(id_token), aud: 'other' }, { alg: 'RS256', typ: 'JWT' })
  const attempts: readonly (readonly [Changes, string | undefined])[] = [
    [{ id_token_hint: misaddressed }, undefined],
    [{ id_token_hint: access_token }, undefined],
    [{ id_token_hint: id_token, client_id: 'other' }, undefined],
    [{ id_token_hint: id_token }, 'https://elsewhere.example'],
    [{ id_token_hint: forged }, undefined],
  ]
  for (const [changes, origin] of attempts) {
    two.setting.origin = origin
    assert.equal(answered(await authorize(two, changes))['error'], 'invalid_request')
  }
})

test('a POST is answered by a redirect to the same request as a GET, which brings the session cookie', async () => {
  const body = 'client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid&state=a%0Ab'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const moved = await one.app.inject({ method: 'POST', url: `${base}/authorize/`, headers, payload: body })
  assert.equal(moved.statusCode, 303)
  const location = new URL(moved.headers.location ?? '')
  assert.equal(location.origin + location.pathname, `http://localhost:80${base}/authorize/`.replace(':80', ''))
  const answer = answered(await one.app.inject({ url: location.pathname + location.search }))
  assert.equal(answer['state'], 'a\nb')
  assert.ok(answer['code'])
})

test('a parameter that comes once in the query and once in the body of a POST counts as repeated', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const moved = await one.app.inject({ method: 'POST', url: `${base}/authorize/?client_id=app`, headers, payload: 'client_id=spa' })
  const { pathname, search } = new URL(moved.headers.location ?? '')
  assert.equal((await one.app.inject({ url: pathname + search })).statusCode, 400)
})

test('a user without an e-mail address cannot enter an application that knows users by it', async () => {
  const two = await world({ app: { ...confidential, subject: 'email' } })
  two.users.all.set(two.ada.id, { ...two.ada, email: undefined })
  assert.equal(answered(await authorize(two))['error'], 'access_denied')
})

test('OAuth without openid is served, without an ID token', async () => {
  const two = await world()
  const response = await redeem(two, await codeOf(two, { scope: 'email' }))
  const { id_token, scope } = response.json()
  assert.equal(id_token, undefined)
  assert.equal(scope, 'email')
})
