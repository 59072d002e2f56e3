import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'

const flow = '/if/flow/default-recovery/'
let mail: MailServer
let server: TestServer
let admin: Api

before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: configuration({
      users: { pia: { email: 'pia@example.com' }, eve: { email: 'eve@example.com', enabled: false, password: 'eve is disabled' } },
      settings: { email: sendingBy(mail) },
      flows: {
        // Without its pause, so that nobody waits.
        'default-recovery': {
          title: 'Forgot',
          designation: 'recovery',
          steps: [{ type: 'identification' }, { type: 'email', with: { flow: 'recovery-by-email', resend: '1s', lifetime: '2h' } }],
        },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

/** What was sent since, when nothing more is to be sent. */
const sentSince = async (count: number): Promise<readonly { readonly to: string; readonly text: string }[]> => {
  await allDone(admin, 'link-mail')
  return mail.received
    .slice(count)
    .map((message) => ({ to: message.to.join(), text: readable(message) }))
    .filter(({ text }) => text.includes('?link='))
}
const linkIn = (text: string): string => /https?:\/\/\S+\?link=[\w-]+/.exec(text)?.[0] ?? assert.fail(text)
const ask = async (client: Client, identifier: string, page?: Page) => client.submit(page ?? (await client.open(flow)), { identifier })
/** The link that somebody gets who asks for one. */
const linkFor = async (identifier: string): Promise<string> => {
  const count = mail.received.length
  await ask(new Client(server.url), identifier)
  const [sent] = await sentSince(count)
  return linkIn(sent?.text ?? '')
}
const twice = (password: string) => ({ password, 'password-repeat': password })

test('who forgot their password gets a link, chooses another one, and signs in with it; elsewhere they are signed out', async () => {
  const elsewhere = new Client(server.url)
  await signIn(elsewhere, people.ada)
  const client = new Client(server.url)
  const identified = await client.submit(await client.open('/if/flow/default-authentication/'), { identifier: 'ada' })
  const asking = await client.open(identified.links['Forgot your password?'] ?? assert.fail(identified.text))
  assert.equal(asking.url.pathname, flow)
  const count = mail.received.length
  const asked = await client.submit(asking, { identifier: 'ada' })
  assert.deepEqual([asked.status, asked.heading], [200, 'Look at your e-mail'])
  assert.match(asked.text, /works once, for 120 minutes/)
  const again = await client.open(asked.url)
  assert.equal(again.heading, asked.heading)
  const sent = await sentSince(count)
  assert.deepEqual(
    sent.map(({ to }) => to),
    ['ada@example.com'],
    'a page that is shown again sends nothing',
  )
  const { text } = sent[0]!
  assert.match(text, /^Subject: Choose a new password\r$/m)
  assert.match(text, /Hello Ada Lovelace,/)
  assert.match(text, /It works once, for 2 hours\./)
  const link = linkIn(text)
  assert.ok(link.startsWith(`${server.url}/if/flow/recovery-by-email/?link=`), link)

  // In another browser than the one that asked.
  const phone = new Client(server.url)
  const page = await phone.open(link)
  assert.deepEqual([page.heading, page.url.searchParams.get('link')], ['Choose a new password', null])
  const done = await phone.submit(page, twice('chosen by mail at last'))
  assert.deepEqual([done.status, done.heading], [200, 'Done'])
  assert.ok(!(await isSignedIn(phone)), 'nobody is signed in by it')
  assert.ok(!(await isSignedIn(elsewhere)))
  assert.equal((await signIn(phone, { ...people.ada, password: 'chosen by mail at last' })).url.pathname, landing)
  assert.equal((await new Client(server.url).open(link)).heading, 'This link no longer works')

  const [ada] = (await admin.must('GET', '/users?username=ada')).items
  for (const action of ['recovery.requested', 'recovery.mail-sent', 'recovery.link-used', 'user.password-set']) {
    const { items } = await admin.must('GET', `/events?action=${action}&user=${ada.id}`)
    assert.equal(items.length, 1, action)
    assert.ok(!JSON.stringify(items).includes(new URL(link).searchParams.get('link') ?? ''))
    if (action === 'recovery.link-used') assert.deepEqual(items[0].detail, { flow: 'recovery-by-email', methods: ['email-link'] })
  }
})

test('the pages and the mail are in the language that was chosen, and a second mail takes the place of the first', async () => {
  const client = new Client(server.url)
  const count = mail.received.length
  const page = await ask(client, 'bob@example.com', await client.open(`${flow}?lang=de`))
  assert.equal(page.heading, 'Sehen Sie in Ihre E-Mails')
  assert.match(page.links['Zurück zur Anmeldung'] ?? '', /lang=de/)
  const [first] = await sentSince(count)
  assert.match(first?.text ?? '', /Guten Tag Bob Example,/)
  assert.match(first?.text ?? '', /Er gilt einmal und 2 Stunden lang\./)
  const next = mail.received.length
  const again = await client.submit(page)
  assert.match(again.text, /weitere Nachricht unterwegs/)
  const [second] = await sentSince(next)
  assert.equal((await client.open(linkIn(first?.text ?? ''))).heading, 'This link no longer works')
  assert.equal((await client.open(linkIn(second?.text ?? ''))).heading, 'Choose a new password')
})

test('who has no password gets a first one', async () => {
  const client = new Client(server.url)
  await client.submit(await client.open(await linkFor('pia')), twice('the first of pia'))
  assert.equal((await signIn(client, { username: 'pia', password: 'the first of pia' })).url.pathname, landing)
})

test('somebody else who is signed in at the browser stays so', async () => {
  const client = new Client(server.url)
  await signIn(client, { username: 'pia', password: 'the first of pia' })
  const done = await client.submit(await client.open(await linkFor('bob')), twice('another one of bob'))
  assert.equal(done.heading, 'Done')
  assert.ok(await isSignedIn(client))
  const me = await client.ask('/api/v1/me', { headers: { origin: server.url } })
  assert.equal(me.json().user.username, 'pia')
  assert.equal((await signIn(new Client(server.url), { username: 'bob', password: 'another one of bob' })).url.pathname, landing)
})

test('by JSON, too', async () => {
  const client = new Client(server.url)
  const run = async (slug: string, json: object) => (await client.ask(`/api/v1/flows/${slug}/run`, { json })).json()
  const count = mail.received.length
  const first = await run('default-recovery', {})
  const sent = await run('default-recovery', { run: first.run, challenge: first.challenge, answer: { identifier: 'pia' } })
  assert.deepEqual([sent.step, sent.screen.title.key], ['email-2', 'email-link.title'])
  const [message] = await sentSince(count)
  const link = new URL(linkIn(message?.text ?? '')).searchParams.get('link')
  const opened = await run('recovery-by-email', { link })
  const done = await run('recovery-by-email', { run: opened.run, challenge: opened.challenge, answer: twice('chosen by JSON here') })
  assert.deepEqual(done, { done: true })
})

test('an application may have a way of its own; without a mail server, or where nobody may enter, no page leads there', async () => {
  const own = await admin('PUT', '/flows/own-recovery', {
    body: {
      spec: {
        title: 'Own',
        designation: 'recovery',
        steps: [{ type: 'identification' }, { type: 'email', with: { flow: 'recovery-by-email' } }],
      },
    },
    headers: { 'if-none-match': '*' },
  })
  assert.ok([200, 201].includes(own.status), own.text)
  const linkAt = async (address: string) => {
    const client = new Client(server.url)
    const page = await client.submit(await client.open(address), { identifier: 'ada' })
    assert.equal(page.heading, 'Enter your password')
    return page.links['Forgot your password?']
  }
  const authorize = `/application/o/authorize/?${new URLSearchParams({ client_id: 'wiki', redirect_uri: 'http://127.0.0.1/callback', response_type: 'code', scope: 'openid' })}`
  const change = async (path: string, spec: object) => {
    const { status, text } = await admin('PUT', path, { body: { spec }, headers: { 'if-match': '*' } })
    assert.equal(status, 200, text)
  }
  await change('/applications/wiki', { name: 'The Wiki', provider: 'wiki', flows: { recovery: 'own-recovery' } })
  assert.equal(await linkAt(authorize), '/if/flow/own-recovery/')
  assert.equal(await linkAt('/if/flow/default-authentication/'), flow)
  const steps = [{ type: 'identification' }, { type: 'email', with: { flow: 'recovery-by-email' } }]
  const spec = {
    title: 'Own',
    designation: 'recovery',
    steps,
    access: { mode: 'any', bindings: [{ expression: 'request.ip.in("192.0.2.0/24")' }] },
  }
  await change('/flows/own-recovery', spec)
  assert.equal(await linkAt(authorize), undefined)
  await change('/flows/own-recovery', {
    ...spec,
    access: { mode: 'any', bindings: [{ expression: 'request.ip.in("127.0.0.0/8", "::1/128")' }] },
  })
  assert.equal(await linkAt(authorize), '/if/flow/own-recovery/')

  assert.equal((await admin('DELETE', '/settings/email', { headers: { 'if-match': '*' } })).status, 204)
  assert.equal(await linkAt('/if/flow/default-authentication/'), undefined)
  const none = await ask(new Client(server.url), 'ada')
  assert.deepEqual([none.status, none.text.includes('No e-mail can be sent here.')], [403, true])
})

test('a stage that would mail a link to what is no flow for it is refused, with what to do', async () => {
  const refused = async (linked: string) => {
    const steps = [{ type: 'identification' }, { type: 'email', with: { flow: linked } }]
    const { status, text } = await admin('PUT', '/flows/wrong', {
      body: { spec: { title: 'Wrong', designation: 'recovery', steps } },
      headers: { 'if-none-match': '*' },
    })
    assert.equal(status, 422, text)
    return text
  }
  assert.match(await refused('recovery-by-emial'), /there is no flow .*did you mean .*recovery-by-email/)
  assert.match(await refused('initial-setup'), /is for authentication, not for recovery/)
  assert.match(await refused('default-recovery'), /is not opened by a one-time link; write .*entry: link/)
})
