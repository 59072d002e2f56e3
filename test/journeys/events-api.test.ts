import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { firstIdAt } from '../../core/events/ids.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const day = 86_400_000

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

type Old = {
  readonly at: number
  readonly action: string
  readonly ip?: string
  readonly user?: string
  readonly application?: string
  readonly detail?: object
}

/** Writes what has happened before, as the server would have. */
const happened = async (events: readonly Old[]) => {
  const database = await openDatabase({ url: server.databaseUrl })
  const rows = events.map(({ at, action, ip = '', user = null, application = null, detail = {} }) => ({
    id: firstIdAt(at).slice(0, 14) + randomUUIDv7().slice(14),
    at,
    action,
    user_id: user,
    application,
    ip,
    user_agent: '',
    request_id: null,
    detail: JSON.stringify(detail),
  }))
  try {
    await database.transaction(async (tx) => {
      while (rows.length > 0) await tx.insertInto('events').values(rows.splice(0, 1000)).execute()
    })
  } finally {
    await database.close()
  }
}
const actions = async (query: string): Promise<readonly string[]> =>
  (await admin.must('GET', `/events?${query}`)).items.map((event: { readonly action: string }) => event.action)

test('events are found by what they say of themselves, alone and together', async () => {
  const at = Date.UTC(2026, 0, 10)
  await happened([
    { at, action: 'test.one', ip: '203.0.113.7', detail: { why: 'a needle' } },
    { at: at + 1000, action: 'test.two', ip: '203.0.113.200' },
    { at: at + 2000, action: 'test.three', ip: '2001:db8::1' },
  ])
  const span = `since=${new Date(at).toISOString()}&until=${new Date(at + 2000).toISOString()}`
  assert.deepEqual(await actions(span), ['test.two', 'test.one'], 'from the one moment on, before the other')
  assert.deepEqual(await actions('action=test.one,test.three'), ['test.three', 'test.one'])
  assert.deepEqual(await actions('ip=203.0.113.7'), ['test.one'])
  assert.deepEqual(await actions('ip=203.0.113.0/24'), ['test.two', 'test.one'])
  assert.deepEqual(await actions('ip=2001:db8::/32'), ['test.three'])
  assert.deepEqual(await actions('ip=198.51.100.0/24'), [])
  assert.deepEqual(await actions('search=NEEDLE'), ['test.one'], 'in the details')
  assert.deepEqual(await actions('search=test.t&ip=203.0.113.0/24'), ['test.two'])
  assert.match((await admin('GET', '/events?ip=10.0.0.1/8')).body.detail, /did you mean "10.0.0.0\/8"\?/)
  assert.equal((await admin('GET', '/events?since=yesterday')).status, 400)
  // A leap second, a day that is not there, years before our time: what cannot be reckoned with filters nothing, and so is refused.
  for (const moment of ['2026-11-26T23:59:60Z', '2016-12-31T23:59:60Z', '2026-02-30T00:00:00Z', '2026-11-26T24:00:00.1Z', '2026-11-26'])
    for (const address of ['/events', '/statistics/sign-ins'])
      for (const name of ['since', 'until']) {
        const { status, body, text } = await admin('GET', `${address}?${name}=${moment}`)
        assert.equal(status, 400, `${address} ${name} ${text}`)
        assert.deepEqual(body.errors, [{ pointer: `/${name}`, detail: `"${moment}" is not a valid date-time` }])
      }
  for (const moment of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
    for (const address of ['/events', '/statistics/sign-ins'])
      for (const name of ['since', 'until'])
        assert.ok((await admin('GET', `${address}?${name}=${moment}`)).status < 500, `${address} ${name} ${moment}`)
  assert.equal((await admin('GET', '/events?since=2026-11-26t10:00:00.5%2b01:00')).status, 200)
})

test('a search goes on where it stopped looking', async () => {
  const at = Date.UTC(2026, 0, 1)
  await happened([{ at, action: 'test.oldest', ip: '203.0.113.99' }])
  await happened(Array.from({ length: 10_050 }, (_, n) => ({ at: at + 1000 + n, action: 'test.noise' })))
  const first = await admin.must('GET', '/events?search=test.oldest')
  assert.deepEqual(first.items, [])
  const second = await admin.must('GET', `/events?search=test.oldest&cursor=${first.next}`)
  assert.deepEqual([second.items.length, second.items[0].action, second.next], [1, 'test.oldest', null])
})

test('one’s own events are all that one finds, and not by what one is not shown', async () => {
  await signIn(new Client(server.url), people.bob)
  const [bob] = (await admin.must('GET', '/users?username=bob')).items
  const at = Date.now()
  await happened([{ at, action: 'access_denied', user: bob.id, detail: { reasons: [{ detail: 'hidden-network' }], said: 'no' } }])
  const own = admin.as((await admin.must('POST', '/tokens', { name: 'own', user: bob.id })).token)
  const [denied] = (await own.must('GET', '/events?action=access_denied')).items
  assert.deepEqual([denied.userName, denied.detail], ['bob', { said: 'no' }])
  assert.deepEqual((await own.must('GET', `/events/${denied.id}`)).detail, { said: 'no' })
  assert.equal((await own.must('GET', '/events?search=hidden-network')).items.length, 0)
  assert.equal((await admin.must('GET', '/events?search=hidden-network')).items.length, 1)
  const [foreign] = (await admin.must('GET', '/events?action=token.created')).items
  assert.equal((await own('GET', `/events/${foreign.id}`)).status, 404)
  assert.equal((await admin.must('GET', `/events/${foreign.id}`)).id, foreign.id)
})

test('a commit tells its revision, by which its fields are compared', async () => {
  await admin('PATCH', '/applications/notes', { body: { spec: { name: 'Other Notes' } }, headers: { 'if-match': '*' } })
  const [{ detail }] = (await admin.must('GET', '/events?action=configuration.changed&limit=1')).items
  const { changes } = await admin.must('GET', `/configuration/diff?from=${detail.revision - 1}&to=${detail.revision}`)
  assert.deepEqual(changes[0].fields, [{ pointer: '/name', before: 'Notes', after: 'Other Notes' }])
})

test('the actions that there are, with how often they were of late', async () => {
  await happened([
    { at: Date.now() - 31 * day, action: 'test.actions' },
    { at: Date.now() - 29 * day, action: 'test.actions' },
    { at: Date.now() - 40 * day, action: 'test.long-ago' },
  ])
  const { items } = await admin.must('GET', '/events/actions')
  const counts = Object.fromEntries(items.map(({ action, count }: { action: string; count: number }) => [action, count]))
  assert.deepEqual([counts['test.actions'], counts['test.long-ago']], [1, 0])
  assert.deepEqual(Object.keys(counts), Object.keys(counts).toSorted())
})

test('sign-ins are counted by the hour and the day, with the hours in which there were none', async () => {
  const [ada] = (await admin.must('GET', '/users?username=ada')).items
  const start = Date.UTC(2025, 5, 1)
  const login = (minutes: number, action: string, more: object = {}) => ({ at: start + minutes * 60_000, action, ...more })
  await happened([
    login(-1, 'login'),
    login(0, 'login'),
    login(59, 'login'),
    login(60, 'login_failed', { user: ada.id, ip: '203.0.113.5' }),
    login(61, 'login_failed', { ip: '203.0.113.5' }),
    login(150, 'authorize_application', { application: 'wiki' }),
    login(240, 'login'),
  ])
  const told = await admin.must('GET', '/statistics/sign-ins?per=hour&since=2025-06-01T00:10:00Z&until=2025-06-01T04:00:00Z')
  assert.deepEqual(told.buckets, [
    { at: '2025-06-01T00:00:00.000Z', succeeded: 2, failed: 0 },
    { at: '2025-06-01T01:00:00.000Z', succeeded: 0, failed: 2 },
    { at: '2025-06-01T02:00:00.000Z', succeeded: 0, failed: 0 },
    { at: '2025-06-01T03:00:00.000Z', succeeded: 0, failed: 0 },
  ])
  assert.deepEqual(told.total, { succeeded: 2, failed: 2 })
  assert.deepEqual(told.applications, [{ slug: 'wiki', name: 'The Wiki', count: 1 }])
  assert.deepEqual(told.users, [{ id: ada.id, username: 'ada', name: 'Ada Lovelace', count: 1 }])
  assert.deepEqual(told.addresses, [{ ip: '203.0.113.5', count: 2 }])
  const days = await admin.must('GET', '/statistics/sign-ins?since=2025-05-30T12:00:00Z&until=2025-06-02T00:00:00Z')
  assert.deepEqual(
    days.buckets.map((bucket: { succeeded: number }) => bucket.succeeded),
    [0, 1, 3],
  )
  assert.equal((await admin.must('GET', '/statistics/sign-ins')).buckets.length, 31)
  const long = await admin('GET', '/statistics/sign-ins?per=hour&since=2020-01-01T00:00:00Z')
  assert.match(long.body.detail, /more than 1000; choose a shorter span, or per=day/)
})
