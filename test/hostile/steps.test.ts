import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { answerOf, attacked, authorizeAddress } from './attack.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked() })
})
after(() => server.stop())

const begin = '/if/flow/default-authentication/'
const runFace = '/api/v1/flows/default-authentication/run'
const csrfOf = (page: Page) => page.forms.find(({ method }) => method === 'post')?.fields['_csrf'] ?? assert.fail('the page has no form')
/** The page that asks ada for her password. */
const atPassword = async (client: Client) => client.submit(await client.open(begin), { identifier: people.ada.username })
const sent = (page: Page) => page.forms.find(({ method }) => method === 'post')?.fields ?? assert.fail('the page has no form')

test('an empty, foreign, early or late answer passes no step', async () => {
  const client = new Client(server.url)
  const first = await client.open(begin)
  const { password } = people.ada
  const same = { origin: server.url }
  for (const body of [{}, { identifier: '' }, { password }, { identifier: people.ada.username, password }]) {
    const page = await client.ask(first.url, { body: { ...sent(first), ...body }, headers: same })
    assert.ok(page.status === 200 || page.status === 422 || page.to?.searchParams.has('run'), `${page.status}`)
    assert.equal(await isSignedIn(client), false)
  }
})

test('a password that was typed at another step, or for a challenge that is over, is not looked at', async () => {
  const client = new Client(server.url)
  const page = await atPassword(client)
  const { _challenge: _, ...unchallenged } = sent(page)
  for (const fields of [
    unchallenged,
    { ...unchallenged, _challenge: '' },
    { ...unchallenged, _challenge: 'A'.repeat(24) },
    { ...unchallenged, _challenge: '__proto__' },
  ]) {
    await client.ask(page.url, { body: { ...fields, password: people.ada.password }, headers: { origin: server.url } })
    assert.equal(await isSignedIn(client), false)
  }
  const wrong = await client.submit(page, { password: 'wrong' })
  assert.equal(wrong.status, 422)
  await client.ask(page.url, { body: { ...sent(page), password: people.ada.password }, headers: { origin: server.url } })
  assert.equal(await isSignedIn(client), false, 'the challenge of the first try is over')
  assert.equal((await client.submit(wrong, { password: people.ada.password })).status, 200)
  assert.equal(await isSignedIn(client), true)
})

test('whoever goes back and names somebody else keeps no proof of before', async () => {
  const client = new Client(server.url)
  const first = await client.open(begin)
  const second = await client.submit(first, { identifier: 'ada' })
  const third = await client.submit(first, { identifier: 'bob' })
  assert.match(third.text, /bob/)
  const late = await client.ask(second.url, { body: { ...sent(second), password: people.ada.password }, headers: { origin: server.url } })
  assert.equal(await isSignedIn(client), false, `${late.status}`)
  assert.equal((await client.submit(third, { password: people.ada.password })).status, 422)
  assert.equal(await isSignedIn(client), false)
})

test('forms and JSON may hold any names and types: no step passes, nothing breaks, nothing is inherited', async () => {
  const client = new Client(server.url)
  const odd = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'identifier[]', 'identifier.x']
  const first = await client.open(begin)
  for (const name of odd) {
    const body = new URLSearchParams({ _csrf: csrfOf(first), _challenge: sent(first)['_challenge'] ?? '', [name]: 'ada' })
    const page = await client.ask(first.url, {
      body: body.toString(),
      headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' },
    })
    assert.ok(page.status < 500, `${name}: ${page.status}`)
  }
  const twice = `${new URLSearchParams(sent(await client.open(first.url)))}&identifier=a&identifier=b`
  const page = await client.ask(first.url, {
    body: twice,
    headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(page.status, 422)

  const json = new Client(server.url, { accept: 'application/json' })
  let { run, challenge } = (await json.ask(runFace, { json: {} })).json()
  for (const identifier of [
    1,
    true,
    null,
    [],
    ['ada'],
    {},
    { toString: 'ada' },
    { key: 'core.denied.title' },
    { node: 'link', href: 'javascript:1' },
  ]) {
    const answer = await json.ask(runFace, { json: { run, challenge, answer: { identifier } } })
    assert.equal(answer.status, 422, answer.body)
    ;({ run, challenge } = answer.json())
  }
  for (const body of [
    '{"__proto__":{"answer":{"identifier":"ada"}}}',
    '{"constructor":{"prototype":{"run":"x"}}}',
    '{"run":{"x":1}}',
    '{"run":"x","answer":"y"}',
    '[]',
    '"x"',
    '1',
    '{"run":"__proto__"}',
    `{"run":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  ]) {
    const answer = await json.ask(runFace, { body, headers: { 'content-type': 'application/json' } })
    assert.ok(answer.status >= 400 && answer.status < 500, `${body.slice(0, 40)}: ${answer.status}`)
  }
  assert.equal(({} as Record<string, unknown>)['identifier'], undefined)
})

test('a run of one browser is of no use at another, on either face', async () => {
  const victim = new Client(server.url)
  const page = await atPassword(victim)
  const run = page.url.searchParams.get('run') ?? assert.fail('the address names the run')
  const thief = new Client(server.url)
  await thief.open(begin)
  assert.equal((await thief.ask(page.url)).status, 410)
  assert.equal((await thief.ask(`${page.url.href}&do=restart`)).status, 410)
  assert.equal((await thief.ask(`${page.url.href}&do=resume`)).status, 410)
  assert.equal((await thief.ask(`${page.url.href}&do=back`)).status, 410)
  const answer = await thief.ask(runFace, { json: { run, challenge: sent(page)['_challenge'], answer: { password: people.ada.password } } })
  assert.equal(answer.status, 404)
  assert.equal(await isSignedIn(thief), false)
  assert.equal((await victim.submit(page, { password: people.ada.password })).status, 200)
  assert.equal((await victim.ask(`${page.url.href}&do=restart`)).status, 410, 'an ended run is not taken up again')
})

test('a form counts only from our own page, with the token of the browser that sends it', async () => {
  const client = new Client(server.url)
  const page = await atPassword(client)
  const other = await atPassword(new Client(server.url))
  const fields: Record<string, string> = { ...sent(page), password: people.ada.password }
  const { _csrf: _, ...without } = fields
  const refused = async (body: Record<string, string>, headers: Record<string, string>) => {
    const answer = await client.ask(page.url, { body, headers })
    assert.equal(answer.status, 403, JSON.stringify(headers))
    assert.equal(await isSignedIn(client), false)
  }
  const here = { origin: server.url }
  await refused(without, here)
  await refused({ ...fields, _csrf: '' }, here)
  await refused({ ...fields, _csrf: csrfOf(other) }, here)
  for (const headers of [
    { origin: 'https://evil.tld' },
    { origin: 'null' },
    { origin: `${server.url}.evil.tld` },
    { origin: server.url.replace('localhost', '127.0.0.1') },
    { origin: `${server.url}0` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.tld', 'sec-fetch-site': 'same-origin' },
  ])
    await refused(fields, headers)
  const stranger = await new Client(server.url).ask(page.url, { body: fields, headers: here })
  assert.equal(stranger.status, 400, 'without a cookie it is nobody’s form')
  const jsonFace = await client.ask(runFace, { json: {}, headers: { origin: 'https://evil.tld' } })
  assert.equal(jsonFace.status, 403)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await client.ask(runFace, { body: '{"run":"x"}', headers: { 'content-type': type, origin: 'https://evil.tld' } })
    assert.ok(answer.status >= 400 && answer.status < 500, `${type}: ${answer.status}`)
  }
  assert.equal((await client.submit(page, { password: people.ada.password })).status, 200)
})

test('the cookie and the token of forms change at sign-in and at sign-out, and the old ones open nothing', async () => {
  const client = new Client(server.url)
  const copy = (of: Client) => {
    const made = new Client(server.url)
    for (const [name, value] of of.cookies) made.cookies.set(name, value)
    return made
  }
  const page = await atPassword(client)
  const planted = copy(client)
  await client.submit(page, { password: people.ada.password })
  assert.equal(await isSignedIn(client), true)
  assert.notDeepEqual([...client.cookies], [...planted.cookies])
  assert.equal(await isSignedIn(planted), false, 'who planted the cookie is not signed in with it')

  const stolen = copy(client)
  const asking = await client.open('/if/flow/default-invalidation/')
  assert.notEqual(csrfOf(asking), csrfOf(page))
  await client.submit(asking)
  assert.equal(await isSignedIn(client), false)
  assert.equal(await isSignedIn(stolen), false)
  assert.notEqual(csrfOf(await client.open(begin)), csrfOf(asking))
})

test('a cookie with any byte changed is nobody’s, and never an error', async () => {
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const [[name, good]] = [...client.cookies] as [[string, string]]
  const changed = [...good].flatMap((letter, at, all) => [all.with(at, letter === 'x' ? 'y' : 'x').join(''), all.toSpliced(at, 1).join('')])
  const odd = ['', '.', 'x', '%00', '%', '"', 'true', '{}', good.repeat(50), `${good}=`, `${good}.${good}`, encodeURIComponent('../../x')]
  for (const value of [...changed, ...odd]) {
    const response = await fetch(`${server.url}${landing}`, { redirect: 'manual', headers: { cookie: `${name}=${value}` } })
    assert.deepEqual([response.status, response.headers.get('location')], [303, '/if/flow/redirect/'], value)
    const silent = await fetch(`${server.url}${authorizeAddress({ prompt: 'none' })}`, {
      redirect: 'manual',
      headers: { cookie: `${name}=${value}` },
    })
    assert.match(silent.headers.get('location') ?? '', /error=login_required/)
  }
  assert.equal(await isSignedIn(client), true)
})

test('two tabs go through two applications at once, and each gets its own answer', async () => {
  const client = new Client(server.url)
  const wiki = await client.open(authorizeAddress({ state: 'of-wiki' }))
  const shop = await client.open(authorizeAddress({ client_id: 'shop', redirect_uri: 'https://app.example/cb', state: 'of-shop' }))
  const wikiAsked = await client.submit(wiki, { identifier: 'ada' })
  const shopAsked = await client.submit(shop, { identifier: 'ada' })
  const wikiDone = await client.submit(wikiAsked, { password: people.ada.password })
  assert.equal(answerOf(wikiDone)['state'], 'of-wiki')
  assert.equal(wikiDone.to?.origin, 'http://127.0.0.1')
  const reopened = await client.open(shopAsked.url)
  const shopDone = await client.submit(reopened, { password: people.ada.password })
  assert.equal(answerOf(shopDone)['state'], 'of-shop')
  assert.equal(shopDone.to?.origin, 'https://app.example')
})

test('what one user was asked in one tab is not answered with another who signs in in a second tab', async () => {
  const client = new Client(server.url)
  const consent = await signIn(client, people.ada, authorizeAddress({ client_id: 'notes' }))
  assert.equal(consent.to, undefined, 'ada is asked')
  const asBob = await client.open(authorizeAddress({ prompt: 'login' }))
  assert.ok(answerOf(await signIn(client, people.bob, asBob))['code'])
  const forged = await client.ask(consent.url, { body: sent(consent), headers: { origin: server.url } })
  assert.equal(forged.status, 403)
  const shown = await client.open(consent.url)
  assert.ok(!shown.forms.some(({ method }) => method === 'post'), `bob is shown what ada was asked: ${shown.text}`)
  const run = consent.url.searchParams.get('run')
  const answered = await client.ask('/api/v1/flows/default-authorization-explicit-consent/run', {
    json: { run, challenge: sent(consent)['_challenge'], answer: { consent: 'allow' } },
  })
  assert.ok(answered.status >= 400, answered.body)
})

test('no address takes a run across flows or opens a flow that is not for opening', async () => {
  const client = new Client(server.url)
  const page = await atPassword(client)
  const run = page.url.searchParams.get('run')
  for (const slug of ['default-authorization-explicit-consent', 'initial-setup', 'recovery-link', 'default-invalidation']) {
    const shown = await client.ask(`/if/flow/${slug}/?run=${run}`)
    assert.ok(shown.to?.pathname === begin || shown.status >= 400, `${slug}: ${shown.status}`)
  }
  for (const slug of [
    'default-authorization-explicit-consent',
    'default-authorization-implicit-consent',
    'initial-setup',
    'recovery-link',
    'recovery-by-email',
    '__proto__',
    'constructor',
  ]) {
    assert.equal((await client.ask(`/if/flow/${slug}/`)).status, 404, slug)
    assert.equal((await client.ask(`/if/flow/${slug}/?link=${'A'.repeat(43)}`)).status, 404, slug)
    assert.equal((await client.ask(`/api/v1/flows/${slug}/run`, { json: {} })).status, 404, slug)
    assert.equal((await client.ask(`/api/v1/flows/${slug}/run`, { json: { link: 'x' } })).status, 404, slug)
  }
})
