import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration() })
})
after(() => server?.stop())

const start = '/if/flow/redirect/'
const browser = (headers?: Readonly<Record<string, string>>) => new Client(server.url, headers)
const passwordPage = async (client: Client, identifier: string = people.ada.username) =>
  client.submit(await client.open(start), { identifier })
const isLanding = (page: Page, username: string) => {
  assert.deepEqual([page.status, page.url.pathname, page.heading], [200, '/', 'Your applications'])
  assert.match(page.text, new RegExp(`You are signed in as ${username}\\.`))
}

test('a user signs in and finds the applications that have an address', async () => {
  const client = browser()
  const anonymous = await client.ask('/')
  assert.deepEqual([anonymous.status, anonymous.to?.pathname], [303, start])
  const landing = await signIn(client, people.ada)
  isLanding(landing, 'ada')
  assert.deepEqual(Object.keys(landing.links), ['T The Wiki', 'Sign out'])
  assert.equal(landing.links['T The Wiki'], 'http://127.0.0.1/wiki')
  // Whoever is signed in need not do so again.
  isLanding(await client.open(start), 'ada')
})

test('users sign in by their e-mail address too, whatever its capitals', async () => {
  isLanding(await signIn(browser(), { ...people.bob, username: 'Bob@Example.com' }), 'bob')
})

test('a wrong password and an unknown user give the same page', async () => {
  const [known, unknown] = await Promise.all(
    ['ada', 'ava'].map(async (username) => {
      const page = await signIn(browser(), { username, password: 'not the password' })
      assert.equal(page.status, 422)
      const { run = '' } = Object.fromEntries(page.url.searchParams)
      const { _csrf = '', _challenge = '' } = page.forms.find(({ method }) => method === 'post')?.fields ?? {}
      const secrets = [run, _csrf, _challenge]
      assert.ok(secrets.every((secret) => secret.length > 10))
      const body = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), page.body).replaceAll(username, 'NAME')
      return { alert: page.alert, body, headers: [...page.headers.keys()].filter((name) => name !== 'date') }
    }),
  )
  assert.equal(known?.alert, 'The user name or the password is not right. Please try again.')
  assert.deepEqual(unknown, known)
})

test('the right password after a wrong one signs in', async () => {
  const client = browser()
  const wrong = await signIn(client, { ...people.ada, password: 'not the password' })
  isLanding(await client.submit(wrong, { password: people.ada.password }), 'ada')
})

test('an answer that lacks something is asked for again, at its field', async () => {
  const client = browser()
  const page = await client.submit(await client.open(start), { identifier: ' ' })
  assert.equal(page.status, 422)
  assert.match(page.alert, /Please say who you are/)
  assert.match(page.body, /aria-invalid="true"/)
})

test('the page before, answered again by the back button, leads on from there', async () => {
  const client = browser()
  const first = await client.open(start)
  await client.submit(first, { identifier: 'ada' })
  const second = await client.submit(first, { identifier: 'bob' })
  assert.match(second.text, /Account: bob/)
  isLanding(await client.submit(second, { password: people.bob.password }), 'bob')
})

test('a page that was answered with a password cannot be answered again', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const wrong = await client.submit(page, { password: 'not the password' })
  const stale = await client.submit(page, { password: people.ada.password })
  assert.equal(stale.heading, 'Enter your password')
  assert.equal(stale.alert, 'This page was out of date. Please try again.')
  assert.notEqual(stale.status, 422)
  assert.equal((await client.open('/')).heading, 'Sign in')
  isLanding(await client.submit(wrong, { password: people.ada.password }), 'ada')
})

test('a page can be reloaded', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const again = await client.open(page.url)
  assert.equal(again.body, page.body)
  isLanding(await client.submit(again, { password: people.ada.password }), 'ada')
})

test('two tabs run flows of their own, and the second one ends where the first one has signed in', async () => {
  const client = browser()
  const one = await passwordPage(client, 'ada')
  const two = await passwordPage(client, 'bob')
  assert.match((await client.open(one.url)).text, /Account: ada/)
  isLanding(await client.submit(one, { password: people.ada.password }), 'ada')
  // The form of the other tab is from before the sign-in: it is refused, and its page says so.
  const forged = await client.submit(two, { password: people.bob.password })
  assert.deepEqual([forged.status, forged.heading], [403, 'This form could not be accepted'])
  isLanding(await client.open('/'), 'ada')
})

test('an answer that is sent twice at once signs in once', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const pages = await Promise.all([1, 2].map(() => client.send(page, { password: people.ada.password })))
  assert.ok(pages.some(({ status, to }) => status === 303 && to?.pathname === '/'))
  for (const { status } of pages) assert.ok([303, 403, 410].includes(status), `status ${status}`)
  isLanding(await client.open('/'), 'ada')
})

test('a run that is not there any more says so and starts again', async () => {
  const client = browser()
  for (const run of ['gone', 'x'.repeat(400), '../../etc']) {
    const page = await client.open(`/if/flow/default-authentication/?run=${encodeURIComponent(run)}`)
    assert.deepEqual([page.status, page.heading], [410, 'This took too long'])
    assert.equal((await client.open(page.links['Start again'] ?? '')).heading, 'Sign in')
  }
})

test("another browser's run is as good as none", async () => {
  const page = await passwordPage(browser())
  const other = browser()
  assert.equal((await other.open(page.url)).status, 410)
  const taken = await other.open(start)
  const sent = await other.ask(page.url, {
    body: { ...taken.forms.find(({ method }) => method === 'post')?.fields, password: people.ada.password },
    headers: { origin: server.url },
  })
  assert.equal(sent.status, 410)
})

test('a finished run is over, and leads to where its user is', async () => {
  const client = browser()
  const page = await passwordPage(client)
  await client.submit(page, { password: people.ada.password })
  const over = await client.open(page.url)
  assert.equal(over.status, 410)
  isLanding(await client.open(over.links['Start again'] ?? ''), 'ada')
})

test('"Not you?" begins again and forgets who it was', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const first = await client.open(page.links['Not you?'] ?? '')
  assert.equal(first.heading, 'Sign in')
  assert.equal(first.forms.find(({ method }) => method === 'post')?.fields['identifier'], '')
  isLanding(await signIn(client, people.bob, first), 'bob')
})

test('a form without its token, without the cookie or from elsewhere is refused', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const fields = page.forms.find(({ method }) => method === 'post')?.fields ?? {}
  const body = { ...fields, password: people.ada.password }
  const token = fields['_csrf'] ?? ''
  const headers = { origin: server.url }
  assert.equal((await client.ask(page.url, { headers, body: { ...body, _csrf: '' } })).status, 403)
  assert.equal((await client.ask(page.url, { headers, body: { ...body, _csrf: `${token.slice(0, -1)}é` } })).status, 403)
  assert.equal((await client.ask(page.url, { headers: { origin: 'https://evil.example' }, body })).status, 403)
  assert.equal((await client.ask(page.url, { headers: { 'sec-fetch-site': 'cross-site' }, body })).status, 403)
  assert.equal((await browser().ask(page.url, { headers, body })).status, 400)
  isLanding(await client.open(await client.ask(page.url, { headers, body }).then(({ to }) => to ?? '')), 'ada')
})

test('signing out asks, and whoever stays is still signed in', async () => {
  const client = browser()
  const landing = await signIn(client, people.ada)
  const question = await client.open(landing.links['Sign out'] ?? '')
  assert.equal(question.heading, 'Sign out?')
  isLanding(await client.submit(question, {}, 'Stay signed in'), 'ada')

  const cookies = new Map(client.cookies)
  const out = await client.submit(await client.open(landing.links['Sign out'] ?? ''), {}, 'Sign out')
  assert.deepEqual([out.status, out.heading], [200, 'You are signed out'])
  assert.equal((await client.open('/')).heading, 'Sign in')
  // The cookie of before opens nothing, should somebody have kept it.
  const thief = browser()
  for (const [name, value] of cookies) thief.cookies.set(name, value)
  assert.equal((await thief.open('/')).heading, 'Sign in')
})

test('who is not signed in need not sign out', async () => {
  assert.equal((await browser().open('/if/flow/default-invalidation/')).heading, 'You are signed out')
})

for (const [how, headers, query] of [
  ['by ?lang=de', {}, '?lang=de'],
  ['by Accept-Language', { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' }, ''],
] as const) {
  test(`the whole journey is in German ${how}`, async () => {
    const client = browser(headers)
    const first = await client.open(`/if/flow/default-authentication/${query}`)
    const second = await client.submit(first, { identifier: 'ada' })
    const wrong = await client.submit(second, { password: 'falsch geraten' })
    const landing = await client.submit(wrong, { password: people.ada.password })
    const question = await client.open(`${landing.links['Abmelden'] ?? ''}${query}`)
    const out = await client.submit(question)
    const pages = [first, second, wrong, landing, question, out]
    assert.deepEqual(
      pages.map(({ body }) => /<html lang="(\w+)"/.exec(body)?.[1]),
      pages.map(() => 'de'),
    )
    assert.deepEqual(
      pages.map(({ headers: answered }) => answered.get('content-language')),
      pages.map(() => 'de'),
    )
    assert.deepEqual([first.heading, landing.heading, out.heading], ['Anmelden', 'Ihre Anwendungen', 'Sie sind abgemeldet'])
  })
}

test('the chosen language survives redirects', async () => {
  for (const address of ['/', start]) assert.equal((await browser().open(`${address}?lang=de`)).heading, 'Anmelden')
})

test('a flow that changes while somebody is in it begins again and says why', async () => {
  const client = browser()
  const page = await passwordPage(client)
  const steps = [{ type: 'identification', with: { by: ['username'] } }, { type: 'password' }]
  const changed = { title: 'Sign in', designation: 'authentication', session: { lifetime: '1h' }, steps }
  await server.restart({ apply: configuration({ flows: { 'default-authentication': changed } }) })
  const again = await client.submit(page, { password: people.ada.password })
  assert.equal(again.heading, 'Sign in')
  assert.equal(again.alert, 'This page was changed meanwhile. Please start again.')
  isLanding(await signIn(client, people.ada, again), 'ada')
})

test('sessions and runs outlive a restart', async () => {
  const client = browser()
  const other = browser()
  await signIn(client, people.ada)
  const page = await passwordPage(other, 'bob')
  await server.restart()
  isLanding(await client.open('/'), 'ada')
  isLanding(await other.submit(page, { password: people.bob.password }), 'bob')
})

test('who came for a page of ours is led there after signing in, in the language that was chosen', async () => {
  const client = browser()
  const wanted = '/if/user/?tab=sessions'
  const first = await client.open(`${start}?${new URLSearchParams({ next: wanted, lang: 'de' })}`)
  assert.match(first.body, /<html lang="de"/)
  const second = await client.submit(first, { identifier: 'ada' })
  const wrong = await client.submit(second, { password: 'not the password' })
  const restarted = await client.open(`${wrong.url.pathname}?run=${wrong.url.searchParams.get('run')}&lang=de&do=restart`)
  const third = await client.submit(restarted, { identifier: 'ada' })
  const done = await client.send(third, { password: people.ada.password })
  assert.equal(done.to?.href, `${server.url}${wanted}&lang=de`)
  // Coming back to the run that has ended leads there, too.
  const resumed = await client.ask(`${third.url.pathname}?run=${third.url.searchParams.get('run')}&do=resume`)
  assert.equal(resumed.to?.href, `${server.url}${wanted}`)
  // Whoever is signed in goes there at once.
  assert.equal((await client.ask(`/if/flow/default-authentication/?next=${encodeURIComponent(wanted)}`)).to?.href, `${server.url}${wanted}`)
})

test('who signs out is led to the page of ours that was asked for, and who stays is not', async () => {
  const client = browser()
  await signIn(client, people.ada)
  const out = `/if/flow/default-invalidation/?next=${encodeURIComponent('/if/user/')}`
  const stays = await client.send(await client.open(out), {}, 'Stay signed in')
  assert.equal(stays.to?.pathname, '/')
  const done = await client.send(await client.open(out))
  assert.equal(done.to?.href, `${server.url}/if/user/`)
  assert.equal((await client.ask(out)).to?.href, `${server.url}/if/user/`, 'nobody is signed in')
})
