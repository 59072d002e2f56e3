import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, applyTo } from '../kit/api.ts'
import { run } from '../kit/database.ts'
import { Client, type Page, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { type RelyingParty, relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const corporate = { type: 'expression', with: { expression: "user.is_in_group('finance') && request.ip.in('10.0.0.0/8')" } }
const document = (more: Readonly<Record<string, object>> = {}) =>
  configuration({
    groups: { finance: {}, accounting: { parents: ['finance'] } },
    policies: { corporate },
    users: {
      ada: { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['accounting'], password: people.ada.password },
      bob: { name: 'Bob Example', email: 'bob@example.com', password: people.bob.password },
    },
    applications: {
      wiki: {
        name: 'The Wiki',
        provider: 'wiki',
        launchUrl: 'http://127.0.0.1/wiki',
        access: { mode: 'any', bindings: [{ policy: 'corporate' }] },
      },
    },
    ...more,
  })

let server: TestServer
let wiki: RelyingParty
before(async () => {
  server = await startServer({ apply: document(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  wiki = relyingParty(server.url)
})
after(() => server?.stop())

/** A browser at this address, behind a proxy on the loopback, which is trusted. */
const at = (ip: string) => new Client(server.url, { 'x-forwarded-for': ip })
const office = () => at('10.20.30.40')

const assertRefusedTo = (page: Page, username: string): void => {
  assert.equal(page.status, 403, page.text)
  assert.equal(page.heading, 'You cannot continue')
  assert.match(page.text, new RegExp(`signed in as ${username}`))
  assert.match(page.text, /Reference/)
}

test('who is in the group and comes from the network gets in', async () => {
  const page = await signIn(office(), people.ada, wiki.start())
  const { code = '' } = wiki.answerOf(page)
  const tokens = (await wiki.redeem(code)).json()
  assert.equal((await wiki.userinfo(tokens.access_token)).json().preferred_username, 'ada')
})

test('anybody else is refused, with a clear page', async () => {
  assertRefusedTo(await signIn(office(), people.bob, wiki.start()), 'bob')
  assertRefusedTo(await signIn(at('192.0.2.1'), people.ada, wiki.start()), 'ada')
  const page = await signIn(at('2001:db8::1'), people.ada, wiki.start())
  assertRefusedTo(page, 'ada')
  assert.match(page.text, /The rules for this do not allow it now/)
})

test('the address that counts is the one that the trusted proxy saw, whatever a client claims before it', async () => {
  assertRefusedTo(await signIn(at('10.0.0.1, 192.0.2.1'), people.ada, wiki.start()), 'ada')
})

test('from the refusal it goes back to the application, and on as somebody else', async () => {
  const client = office()
  const refused = await signIn(client, people.bob, wiki.start())
  const back = await client.open(refused.links['Back to the application'] ?? '')
  assert.deepEqual([wiki.answerOf(back)['error'], wiki.answerOf(back)['state']], ['access_denied', 's 1&'])
  assertRefusedTo(await client.open(refused.links['Start again'] ?? ''), 'bob')

  const other = await signIn(client, people.ada, await client.open(refused.links['Sign in as somebody else'] ?? ''))
  assert.ok(wiki.answerOf(other)['code'])
  // At another browser the links lead nowhere.
  assert.equal((await office().open(refused.links['Back to the application'] ?? '')).status, 410)
})

test('who is signed in already is refused as well, and without a page where the application wants none', async () => {
  const client = office()
  await signIn(client, people.bob)
  assertRefusedTo(await client.open(wiki.start()), 'bob')
  assert.equal(wiki.answerOf(await client.open(wiki.start({ prompt: 'none' })))['error'], 'access_denied')
})

test('the list of applications has those that may be opened', async () => {
  const links = async (client: Client, person: typeof people.ada | typeof people.bob) => Object.keys((await signIn(client, person)).links)
  assert.deepEqual(await links(office(), people.ada), ['T The Wiki', 'Sign out'])
  assert.deepEqual(await links(office(), people.bob), ['Sign out'])
  assert.deepEqual(await links(at('192.0.2.1'), people.ada), ['Sign out'])
})

test('an event says why, for operators', async () => {
  await signIn(at('192.0.2.7'), people.ada, wiki.start())
  const { rows } = await run(server, `select * from events where action = 'access_denied' order by id desc limit 1`)
  const [row = {}] = rows
  assert.equal(row['application'], 'wiki')
  const { said, reasons } = JSON.parse(row['detail'] ?? '{}')
  assert.equal(said, 'no')
  assert.equal(reasons[0].of, 'policy "corporate"')
  assert.equal(reasons[0].detail, "request.ip.in('10.0.0.0/8') is false")
  assert.match(server.logs(), /access: denied/)
})

test('a flow is entered by whom it is open to', async () => {
  const flows = {
    'from-the-office': {
      title: 'Sign in',
      designation: 'authentication',
      access: 'request.ip.in("10.0.0.0/8")',
      steps: [{ type: 'identification' }, { type: 'password' }],
    },
  }
  const applications = {
    notes: { name: 'Notes', provider: 'notes', flows: { authentication: 'from-the-office' } },
  }
  await applyTo(server, document({ flows, applications }))
  const notes = relyingParty(server.url, { clientId: 'notes' })
  assert.ok(notes.answerOf(await signIn(office(), people.bob, notes.start()))['code'])

  const outside = at('192.0.2.1')
  const refused = await outside.open(notes.start())
  assert.equal(refused.status, 403)
  assert.match(refused.text, /This is not open to you now/)
  assert.deepEqual(Object.keys(refused.links).toSorted(), ['Back to the application', 'Start again'])
  assert.equal(notes.answerOf(await outside.open(refused.links['Back to the application'] ?? ''))['error'], 'access_denied')

  assert.equal((await office().open('/if/flow/from-the-office/')).status, 200)
  const alone = await outside.open('/if/flow/from-the-office/')
  assert.equal(alone.status, 403)
  assert.equal((await outside.open(alone.links['Start again'] ?? '')).status, 403)
  const json = await outside.ask('/api/v1/flows/from-the-office/run', { json: {} })
  assert.deepEqual([json.status, json.json().code], [403, 'denied'])
  await applyTo(server, document())
})

test("Python's words are refused before anything starts, with what was meant", async () => {
  const python = { type: 'expression', with: { expression: "user.is_in_group('finance') and request.ip in ['10.0.0.0/8']" } }
  const other = startServer({ apply: document({ policies: { corporate: python } }) })
  await assert.rejects(
    other,
    /policies\.corporate\.with\.expression: "and" is written as && in JavaScript; did you mean `user\.is_in_group\('finance'\) && request\.ip\.in\('10\.0\.0\.0\/8'\)`\? \(line 1, column 29 of the expression\)/,
  )
})
