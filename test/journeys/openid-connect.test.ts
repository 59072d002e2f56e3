import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Client, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { claimsOf, proofKey, type RelyingParty, relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let wiki: RelyingParty
before(async () => {
  server = await startServer({ apply: configuration() })
  wiki = relyingParty(server.url)
})
after(() => server?.stop())

const browser = () => new Client(server.url)
/** Signs in at an application and redeems its code. */
const tokensOf = async (client: Client, party = wiki, more: Readonly<Record<string, string>> = {}) => {
  const page = await signIn(client, people.ada, party.start(more))
  return (await party.redeem(party.answerOf(page)['code'] ?? '')).json()
}
const errorOf = (page: Page, party = wiki) => party.answerOf(page)['error']

for (const mode of ['query', 'fragment', 'form_post']) {
  test(`a user signs in at an application, which is answered by ${mode}, and out again`, async () => {
    const client = browser()
    const first = await client.open(wiki.start({ response_mode: mode, nonce: 'n-1' }))
    assert.match(first.text, /to continue to The Wiki/)
    const page = await signIn(client, people.ada, first)
    const answer = wiki.answerOf(page)
    assert.deepEqual([answer['state'], answer['iss'], answer['error']], ['s 1&', wiki.issuer, undefined])
    if (mode === 'fragment') assert.equal(page.to?.search, '')
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer')

    const tokens = (await wiki.redeem(answer['code'] ?? '')).json()
    const keys = createRemoteJWKSet(new URL(`${wiki.issuer}jwks/`))
    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer: wiki.issuer, audience: 'wiki' })
    assert.deepEqual([payload['nonce'], payload['preferred_username'], payload['amr']], ['n-1', 'ada', ['pwd']])
    const claims = (await wiki.userinfo(tokens.access_token)).json()
    assert.deepEqual([claims.sub, claims.name, claims.email], [payload.sub, 'Ada Lovelace', 'ada@example.com'])

    const ended = await client.open(
      wiki.end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1/signed-out', state: 'bye' }),
    )
    assert.equal(ended.to?.href, 'http://127.0.0.1/signed-out?state=bye')
    assert.equal((await client.open('/')).heading, 'Sign in')
    assert.equal((await wiki.userinfo(tokens.access_token)).status, 401)
  })
}

test('who is signed in goes straight back, and the same answer is not given twice', async () => {
  const client = browser()
  await signIn(client, people.ada)
  const answers = await Promise.all([1, 2].map(async () => wiki.answerOf(await client.ask(wiki.start()))))
  const [one, two] = answers.map(({ code }) => code ?? '')
  assert.notEqual(one, two)
  assert.equal((await wiki.redeem(one ?? '')).status, 200)
  assert.equal((await wiki.redeem(one ?? '')).json().error, 'invalid_grant')
})

test('two tabs that sign in at the same moment both get tokens that live', async () => {
  const client = browser()
  const pages: Page[] = []
  for (const tab of ['one', 'two'])
    pages.push(await client.submit(await client.open(wiki.start({ state: tab })), { identifier: people.ada.username }))
  const ends = await Promise.all(pages.map((page) => client.send(page, { password: people.ada.password })))
  for (const end of ends) {
    const { access_token: token } = (await wiki.redeem(wiki.answerOf(end)['code'] ?? '')).json()
    assert.equal((await wiki.userinfo(token)).status, 200)
  }
})

test('a code that is used twice takes its tokens with it', async () => {
  const client = browser()
  const { code = '' } = wiki.answerOf(await signIn(client, people.ada, wiki.start()))
  const { access_token: token } = (await wiki.redeem(code)).json()
  assert.equal((await wiki.userinfo(token)).status, 200)
  assert.equal((await wiki.redeem(code)).status, 400)
  assert.equal((await wiki.userinfo(token)).status, 401)
})

test('an application stays connected by refresh tokens, across a restart, until its user signs out', async () => {
  const client = browser()
  const tokens = await tokensOf(client, wiki, { scope: 'openid offline_access' })
  const refresh = (token: string) => wiki.token({ grant_type: 'refresh_token', refresh_token: token })
  const second = (await refresh(tokens.refresh_token)).json()
  assert.equal((await wiki.userinfo(second.access_token)).status, 200)
  assert.notEqual(second.refresh_token, tokens.refresh_token)
  await server.restart()
  const third = (await refresh(second.refresh_token)).json()
  assert.equal(claimsOf(third.id_token)['sub'], claimsOf(tokens.id_token)['sub'])
  assert.equal((await refresh('made up')).json().error, 'invalid_grant')
})

test('prompt=none never shows a page', async () => {
  const client = browser()
  const silent = wiki.start({ prompt: 'none' })
  assert.equal(errorOf(await client.ask(silent)), 'login_required')
  await signIn(client, people.ada)
  assert.equal('code' in wiki.answerOf(await client.ask(silent)), true)
  const notes = relyingParty(server.url, { clientId: 'notes' })
  assert.equal(errorOf(await client.ask(notes.start({ prompt: 'none' })), notes), 'consent_required')
})

test('prompt=login and max_age ask again, and the answer says when it was', async () => {
  const client = browser()
  const before = await tokensOf(client)
  // A second has to pass for two sign-ins to have different times in the token.
  const first = claimsOf(before.id_token)['auth_time']
  while (Date.now() / 1000 < first + 1) await new Promise((resolve) => setTimeout(resolve, 50))
  for (const more of [{ prompt: 'login' }, { max_age: '0' }, { prompt: 'select_account' }]) {
    const page = await client.open(wiki.start(more))
    assert.equal(page.heading, 'Sign in')
    const answer = wiki.answerOf(await signIn(client, people.ada, page))
    const tokens = (await wiki.redeem(answer['code'] ?? '')).json()
    assert.ok(claimsOf(tokens.id_token)['auth_time'] > first)
  }
  assert.equal('code' in wiki.answerOf(await client.ask(wiki.start({ max_age: '3600' }))), true)
  assert.equal(errorOf(await client.ask(wiki.start({ max_age: '0', prompt: 'none' }))), 'login_required')
})

test('login_hint is filled in', async () => {
  const page = await browser().open(wiki.start({ login_hint: 'bob@example.com' }))
  assert.equal(page.forms.find(({ method }) => method === 'post')?.fields['identifier'], 'bob@example.com')
})

test('an application that asks for one user does not get another', async () => {
  const client = browser()
  const { id_token: hint } = await tokensOf(client)
  const bob = browser()
  await signIn(bob, people.bob)
  const page = await bob.open(wiki.start({ id_token_hint: hint }))
  assert.equal(page.heading, 'Sign in')
  assert.equal(errorOf(await signIn(bob, people.bob, page)), 'login_required')
  assert.equal(errorOf(await bob.ask(wiki.start({ id_token_hint: hint, prompt: 'none' }))), 'login_required')
  assert.equal('code' in wiki.answerOf(await client.ask(wiki.start({ id_token_hint: hint, prompt: 'none' }))), true)
})

test('where consent is asked for, it is asked once, and for more when there is more', async () => {
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const client = browser()
  const consent = await signIn(client, people.bob, notes.start({ scope: 'openid email' }))
  assert.equal(consent.heading, 'Allow Notes to use your account?')
  assert.match(consent.text, /Know who you are See your e-mail address/)
  const refused = await client.submit(consent, {}, 'Do not allow')
  assert.equal(errorOf(refused, notes), 'access_denied')
  assert.equal((await client.open('/')).heading, 'Your applications')

  // Refused is not remembered; allowed is.
  const again = await client.open(notes.start({ scope: 'openid email' }))
  const allowed = notes.answerOf(await client.submit(again, {}, 'Allow'))
  assert.equal((await notes.redeem(allowed['code'] ?? '')).json().scope, 'openid email')
  assert.equal('code' in notes.answerOf(await client.ask(notes.start({ scope: 'openid email' }))), true)
  assert.equal('code' in notes.answerOf(await client.ask(notes.start({ scope: 'openid', prompt: 'none' }))), true)

  const anew = await client.open(notes.start({ scope: 'openid email', prompt: 'consent' }))
  assert.equal(anew.heading, 'Allow Notes to use your account?')
  const more = await client.open(notes.start({ scope: 'openid email profile' }))
  assert.match(more.text, /See your name and your user name/)
  assert.equal('code' in notes.answerOf(await client.submit(more)), true)
  assert.equal('code' in notes.answerOf(await client.ask(notes.start({ scope: 'openid email profile', prompt: 'none' }))), true)
})

test('consent given at one browser holds at another, and not for another user', async () => {
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const one = browser()
  await one.submit(await signIn(one, people.ada, notes.start({ scope: 'openid' })))
  assert.equal('code' in notes.answerOf(await signIn(browser(), people.ada, notes.start({ scope: 'openid' }))), true)
  const other = browser()
  await signIn(other, people.bob)
  const asked = await other.open(notes.start({ scope: 'openid groups' }))
  assert.match(asked.heading, /Allow Notes/)
})

test('a consent page that was open while somebody else signed in is not answered with their account', async () => {
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const client = browser()
  const consent = await signIn(client, people.ada, notes.start({ scope: 'openid groups' }))
  await client.submit(await client.open('/if/flow/default-invalidation/'), {}, 'Sign out')
  await signIn(client, people.bob)
  const answered = await client.submit(consent)
  assert.notEqual(answered.status, 200)
  assert.equal(answered.to, undefined)
})

test('a public client proves itself by PKCE, on any port of the loopback', async () => {
  const client = browser()
  const native = relyingParty(server.url, { clientId: 'native', secret: null, redirectUri: 'http://127.0.0.1:51515/callback' })
  assert.equal(errorOf(await client.ask(native.start()), native), 'invalid_request')
  const { verifier, ask } = proofKey()
  const { code = '' } = native.answerOf(await signIn(client, people.ada, native.start(ask)))
  const spent = native.answerOf(await client.ask(native.start(ask)))
  assert.equal((await native.redeem(spent['code'] ?? '', { code_verifier: proofKey().verifier })).json().error, 'invalid_grant')
  assert.equal((await native.redeem(code, { code_verifier: verifier })).status, 200)
})

test('a code is good for its own client, redirect URI and origin only', async () => {
  const client = browser()
  await signIn(client, people.ada)
  const code = async () => wiki.answerOf(await client.ask(wiki.start()))['code'] ?? ''
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const elsewhere = relyingParty(server.url.replace('localhost', '127.0.0.1'))
  assert.equal((await notes.redeem(await code())).json().error, 'invalid_grant')
  assert.equal((await wiki.redeem(await code(), { redirect_uri: 'http://127.0.0.1/callback' })).json().error, 'invalid_grant')
  assert.equal((await elsewhere.redeem(await code())).json().error, 'invalid_grant')
  assert.equal((await relyingParty(server.url, { secret: 'a wrong secret' }).redeem(await code())).status, 401)
  assert.equal((await wiki.redeem(await code())).status, 200)
})

test('signing out without a proof asks first, and goes only where the application may send', async () => {
  const client = browser()
  await signIn(client, people.ada)
  const question = await client.open(wiki.end({ post_logout_redirect_uri: 'http://127.0.0.1/signed-out' }))
  assert.match(question.text, /The Wiki asks to sign you out/)
  assert.equal((await client.submit(question, {}, 'Stay signed in')).heading, 'Your applications')
  const again = await client.open(wiki.end({ post_logout_redirect_uri: 'http://127.0.0.1/signed-out' }))
  assert.equal((await client.submit(again, {}, 'Sign out')).to?.href, 'http://127.0.0.1/signed-out')

  await signIn(client, people.ada)
  const elsewhere = await client.open(wiki.end({ post_logout_redirect_uri: 'https://evil.example/' }))
  assert.equal((await client.submit(elsewhere, {}, 'Sign out')).heading, 'You are signed out')
})

test('an authorization request by POST is the same as one by GET', async () => {
  const client = browser()
  await signIn(client, people.ada)
  const { searchParams } = new URL(wiki.start())
  const headers = { origin: 'http://127.0.0.1:4711', 'sec-fetch-site': 'cross-site' }
  const page = await client.open('/application/o/authorize/', { body: Object.fromEntries(searchParams), headers })
  assert.equal('code' in wiki.answerOf(page), true)
})

test('a run that ended starts the request of its application again', async () => {
  const client = browser()
  const first = await client.open(wiki.start())
  const address = first.url
  await signIn(client, people.ada, first)
  const over = await client.open(address)
  assert.equal(over.status, 410)
  assert.equal('code' in wiki.answerOf(await client.ask(over.links['Start again'] ?? '')), true)
})

test('ui_locales chooses the language of all pages', async () => {
  const client = browser()
  const first = await client.open(wiki.start({ ui_locales: 'de' }))
  assert.equal(first.heading, 'Anmelden')
  assert.match((await client.submit(first, { identifier: 'ada' })).body, /<html lang="de"/)
})
