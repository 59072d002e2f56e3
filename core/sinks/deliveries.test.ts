import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { defineSink, delivered, tryAgain, type AuditEvent, Type } from '../api/index.ts'
import type { ConfiguredSink } from '../configuration/types.ts'
import { openDatabase } from '../data/database.ts'
import { createChain } from '../events/chain.ts'
import { createEvents } from '../events/events.ts'
import { sealEvents } from '../events/sealer.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createDeliveries } from './deliveries.ts'
import { isDelivered } from './on.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { now: () => new Date() }

const setUp = async (t: TestContext, attempt: (event: AuditEvent) => Promise<void> | void = () => {}) => {
  const database = await openDatabase({ url: 'sqlite::memory:' })
  await database.migrate()
  const events = createEvents({ database, clock, log: silent })
  const chain = createChain(Buffer.alloc(32))
  const jobs = createJobs({ database, clock, log: silent, poll: 5 })
  const got: AuditEvent[] = []
  const sink = defineSink({
    kind: 'test',
    settings: Type.Object({}),
    async deliver(event) {
      await attempt(event)
      got.push(event)
      return delivered('taken')
    },
  })
  const sinks = new Map<string, ConfiguredSink>()
  const put = (slug: string, on: readonly string[], enabled = true) =>
    sinks.set(slug, { slug, name: slug, sink, settings: {}, enabled, gets: isDelivered(on), groups: [], hash: '' })
  const time = { ahead: 0 }
  const deliveries = createDeliveries({
    jobs,
    database,
    events,
    log: silent,
    snapshot: () => ({ sinks }),
    use: () => ({}),
    backOff: () => 0,
    now: () => Date.now() + time.ahead,
  })
  t.after(async () => {
    await jobs.drain()
    await database.close()
  })
  const seal = async () => {
    await events.flush()
    await sealEvents(database, chain, { follow: deliveries.follow })
  }
  const kinds = async () => (await database.sql.selectFrom('jobs').select('kind').orderBy('kind').execute()).map(({ kind }) => kind)
  const until = async (is: () => boolean | Promise<boolean>) => {
    for (let tries = 0; tries < 600; tries++) {
      if (await is()) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.fail(`jobs: ${(await kinds()).join(', ')}; got: ${got.map(({ action }) => action).join(', ')}`)
  }
  return { database, events, jobs, got, sinks, put, deliveries, seal, kinds, until, time, chain }
}

test('patterns name actions, beginnings or all; what is about sinks is for none', () => {
  const some = isDelivered(['login_failed', 'user.*'])
  assert.deepEqual(['login_failed', 'user.created', 'user.password-set', 'login', 'users.x', 'user'].map(some), [
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  const all = isDelivered(['*', 'sink.*', 'sink.failed'])
  assert.deepEqual(['login', 'sink.failed', 'sink.tested'].map(all), [true, false, false])
})

test('each sink gets each event that it wants once, as it is sealed', async (t) => {
  const { events, jobs, got, put, seal, kinds, until } = await setUp(t)
  put('a', ['user.*'])
  put('b', ['*'])
  put('off', ['*'], false)
  await events.record({ action: 'user.created', detail: { name: 'Zoë' } })
  await events.record({ action: 'login' })
  await events.record({ action: 'sink.tested' })
  await seal()
  await seal()
  assert.deepEqual(await kinds(), ['sink:a', 'sink:b', 'sink:b'])
  jobs.start()
  await until(async () => (await kinds()).length === 0)
  assert.deepEqual(got.map(({ action }) => action).toSorted(), ['login', 'user.created', 'user.created'])
  assert.deepEqual(got.find(({ action }) => action === 'user.created')?.detail, { name: 'Zoë' })
})

test('a seal that is not kept makes no delivery, and what it would have sealed is delivered by the next', async (t) => {
  const { database, events, put, seal, kinds, deliveries, chain } = await setUp(t)
  put('a', ['*'])
  await events.record({ action: 'login' })
  await events.flush()
  const broken = sealEvents(database, chain, {
    async follow(tx, rows) {
      await deliveries.follow(tx, rows)
      throw new Error('the process dies')
    },
  })
  await assert.rejects(broken, /the process dies/)
  assert.deepEqual(await kinds(), [])
  await seal()
  assert.deepEqual(await kinds(), ['sink:a'])
})

test('where no sink wants anything, sealing asks the database for nothing more', async (t) => {
  const { database, events, put, deliveries } = await setUp(t)
  put('a', ['user.*'])
  await events.record({ action: 'login' })
  await events.flush()
  const rows = await database.sql.selectFrom('events').selectAll().execute()
  const untouchable = new Proxy({}, { get: () => assert.fail('it was asked') })
  await deliveries.follow(untouchable as never, rows)
})

test('what is never taken is given up on the record, once, without what looks like a secret', async (t) => {
  const { database, events, jobs, put, seal, until } = await setUp(t, () => {
    throw new Error('POST https://siem.example.com/?token=hunter2 failed')
  })
  put('a', ['login'])
  await events.record({ action: 'login' })
  await seal()
  jobs.start()
  const failed = async () => {
    await events.flush()
    return database.sql.selectFrom('events').selectAll().where('action', '=', 'sink.failed').execute()
  }
  await until(async () => (await failed()).length > 0)
  await seal()
  const [one, ...more] = await failed()
  assert.equal(more.length, 0)
  const { reason, attempts, object } = JSON.parse(one!.detail)
  assert.deepEqual([reason, attempts, object.id], ['Error: POST https://siem.example.com/?… failed', 14, 'a'])
  const [dead, ...others] = await database.sql.selectFrom('jobs').select(['state', 'last_error']).execute()
  assert.deepEqual([dead!.state, dead!.last_error, others.length], ['dead', reason, 0])
})

test('what waits for a sink that is gone goes, but not before every server has read the configuration', async (t) => {
  const { events, put, seal, kinds, deliveries, sinks, time } = await setUp(t)
  put('a', ['*'])
  put('b', ['*'])
  await events.record({ action: 'login' })
  await seal()
  sinks.delete('a')
  assert.equal(await deliveries.prune(), 0)
  time.ahead = 2 * 3_600_000
  assert.equal(await deliveries.prune(), 1)
  assert.deepEqual(await kinds(), ['sink:b'])
})

test('a test tells what came of it, whatever the sink does', async (t) => {
  const { put, sinks, deliveries, got } = await setUp(t)
  put('a', ['login'], false)
  const sink = sinks.get('a') ?? assert.fail()
  const said = await deliveries.test(sink, { userName: 'ada' })
  assert.deepEqual([said.delivered, said.said, got[0]?.action, got[0]?.userName], [true, 'taken', 'sink.test', 'ada'])
  const refusing = { ...sink, sink: { ...sink.sink, deliver: async () => tryAgain('one\r\ntwo', { status: 500 }) } }
  const refused = await deliveries.test(refusing, {})
  assert.deepEqual([refused.delivered, refused.said, refused.status], [false, 'one two', 500])
})
