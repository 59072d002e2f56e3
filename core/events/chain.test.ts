import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import { openDatabase } from '../data/database.ts'
import { createChain } from './chain.ts'
import { createEvents } from './events.ts'
import { pruneEvents } from './retention.ts'
import { sealEvents, sealSize } from './sealer.ts'
import { verifyEvents } from './verify.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const start = 1_700_000_000_000

const setUp = async (t: TestContext) => {
  const database = await openDatabase({ url: 'sqlite::memory:' })
  t.after(() => database.close())
  await database.migrate()
  const time = { now: start }
  const events = createEvents({ database, clock: { now: () => new Date(time.now) }, log: silent })
  const chain = createChain(randomBytes(32))
  const { sql } = database
  const record = async (count: number) => {
    for (let n = 0; n < count; n++) await events.record({ action: `action-${n}`, detail: { n, b: 'ä', a: [1.5, null] } })
    await events.flush()
  }
  const ids = async () => (await sql.selectFrom('events').select('id').orderBy('id').execute()).map(({ id }) => id)
  /** Two seals of ten events. */
  const sealedTwice = async () => {
    for (let seal = 0; seal < 2; seal++) {
      await record(10)
      await sealEvents(database, chain)
    }
    return ids()
  }
  return { database, sql, chain, time, record, ids, sealedTwice, verify: (by = chain) => verifyEvents(database, by) }
}

test('what was sealed is found intact, with as many events and seals as there are', async (t) => {
  const { database, chain, record, verify } = await setUp(t)
  assert.deepEqual(await verify(), { intact: true, events: 0, seals: 0, unsealed: 0, head: null })
  await record(sealSize + 100)
  assert.equal(await sealEvents(database, chain), sealSize + 100)
  assert.equal(await sealEvents(database, chain), 0)
  await record(3)
  const { head, ...rest } = await verify()
  assert.deepEqual(rest, { intact: true, events: sealSize + 100, seals: 2, unsealed: 3 })
  assert.match(head!.hash, /^[0-9a-f]{64}$/)
  assert.equal(head!.seal, 2)
})

test('each field of an event is covered: changing any of them names that event', async (t) => {
  const { sql, sealedTwice, verify } = await setUp(t)
  const id = (await sealedTwice())[13]!
  const [row] = await sql.selectFrom('events').selectAll().where('id', '=', id).execute()
  const changes = {
    at: row!.at + 1,
    action: 'other',
    user_id: '01890000-0000-7000-8000-000000000000',
    application: 'other',
    ip: '192.0.2.9',
    user_agent: 'other',
    request_id: 'other',
    detail: '{"n":4}',
  }
  for (const [column, value] of Object.entries(changes)) {
    await sql
      .updateTable('events')
      .set({ [column]: value })
      .where('id', '=', id)
      .execute()
    const { intact, breach } = await verify()
    assert.deepEqual([intact, breach], [false, { what: 'event changed', seal: 2, event: id }], column)
    await sql.updateTable('events').set(row!).where('id', '=', id).execute()
  }
  await sql.updateTable('events').set({ detail: '{ "b":"ä", "n":3, "a":[1.50,null] }' }).where('id', '=', id).execute()
  assert.equal((await verify()).intact, true, 'how a database writes JSON is not what it says')
})

test('an event that was removed, and one that was put in, are named', async (t) => {
  const { sql, sealedTwice, verify } = await setUp(t)
  const id = (await sealedTwice())[4]!
  const [row] = await sql.selectFrom('events').selectAll().where('id', '=', id).execute()
  await sql.deleteFrom('events').where('id', '=', id).execute()
  assert.deepEqual((await verify()).breach, { what: 'event removed', seal: 1, event: id })
  const forged = id.replace(/.{4}$/, 'ffff')
  await sql
    .insertInto('events')
    .values([row!, { ...row!, id: forged }])
    .execute()
  assert.deepEqual((await verify()).breach, { what: 'event put in', seal: 1, event: forged })
  await sql.updateTable('events').set({ seal: 77 }).where('id', '=', forged).execute()
  assert.deepEqual((await verify()).breach, { what: 'seals removed', seal: 77, event: forged })
})

test('whoever has the database alone can neither mend a seal, nor take seals away, nor say that it was retention', async (t) => {
  const { database, sql, chain, sealedTwice, record, verify } = await setUp(t)
  const id = (await sealedTwice())[4]!
  await record(5)
  await sealEvents(database, chain)
  const seals = await sql.selectFrom('event_seals').selectAll().orderBy('seq').execute()
  const restore = async () => {
    await sql.deleteFrom('event_seals').execute()
    await sql.insertInto('event_seals').values(seals).execute()
  }
  const other = createChain(randomBytes(32))
  assert.deepEqual((await verify(other)).breach, { what: 'seal changed', seal: 1 }, 'another key makes another chain')

  const events = await sql.selectFrom('events').selectAll().where('id', '<>', id).where('seal', '=', 1).execute()
  const entries = events.map(other.entry)
  const link = other.link('0'.repeat(64), { seq: 1, newest: start, entries })
  await sql
    .updateTable('event_seals')
    .set({ entries: JSON.stringify(entries), count: 9, hash: link })
    .where('seq', '=', 1)
    .execute()
  assert.deepEqual((await verify()).breach, { what: 'seal changed', seal: 1 })
  await restore()

  await sql.deleteFrom('event_seals').where('seq', '=', 2).execute()
  assert.deepEqual((await verify()).breach, { what: 'seals removed', seal: 2 })
  await sql.deleteFrom('event_seals').where('seq', '=', 1).execute()
  assert.deepEqual((await verify()).breach, { what: 'seals removed', seal: 1 })
  await restore()

  const forged = { entries: '[]', count: 0, pruned: other.pruned(2, seals[1]!.hash) }
  await sql.deleteFrom('event_seals').where('seq', '=', 1).execute()
  await sql.updateTable('event_seals').set(forged).where('seq', '=', 2).execute()
  await sql.deleteFrom('events').where('seal', '<=', 2).execute()
  assert.deepEqual((await verify()).breach, { what: 'seal changed', seal: 2 })
})

test('an event that is committed late, with an earlier id, is sealed and breaks nothing', async (t) => {
  const { database, sql, chain, sealedTwice, verify } = await setUp(t)
  const id = (await sealedTwice())[0]!
  const [row] = await sql.selectFrom('events').selectAll().where('id', '=', id).execute()
  const late = '00000000-0001-7000-8000-000000000001'
  await sql
    .insertInto('events')
    .values({ ...row!, id: late, seal: null })
    .execute()
  assert.equal(await sealEvents(database, chain), 1)
  const { intact, events, seals } = await verify()
  assert.deepEqual([intact, events, seals], [true, 21, 3])
})

test('two sealers at once make one chain', async (t) => {
  const { database, chain, record, verify } = await setUp(t)
  await record(2 * sealSize)
  const sealed = await Promise.all([sealEvents(database, chain), sealEvents(database, chain)])
  assert.equal(sealed[0] + sealed[1], 2 * sealSize)
  const { intact, events } = await verify()
  assert.deepEqual([intact, events], [true, 2 * sealSize])
})

test('retention deletes what is too old, few rows at a time while others write, and leaves the chain whole', async (t) => {
  const { database, sql, chain, time, record, verify } = await setUp(t)
  const many = 20_000
  await record(many)
  while ((await sealEvents(database, chain)) > 0);
  time.now = start + 60_000
  await record(30)
  await sealEvents(database, chain)
  const counts = [many + 30]
  let over = false
  const isOver = () => over
  const count = async () =>
    Number(
      (
        await sql
          .selectFrom('events')
          .select(({ fn }) => fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )
  // What a sign-in does meanwhile: it writes, and gets its turn between two batches.
  const others = (async () => {
    while (!isOver()) {
      await sql
        .insertInto('settings_state')
        .values({ key: `turn-${counts.length}`, value: '1' })
        .execute()
      counts.push(await count())
    }
  })()
  assert.equal(await pruneEvents(database, chain, start + 1000), many)
  over = true
  await others
  counts.push(await count())
  const steps = counts.slice(1).map((left, index) => counts[index]! - left)
  assert.ok(counts.length > many / sealSize / 2, `others got ${counts.length} turns`)
  assert.ok(Math.max(...steps) <= 2 * sealSize, `at most two batches pass between two turns, not ${Math.max(...steps)} rows`)
  const { intact, events, seals, head } = await verify()
  assert.deepEqual([intact, events, seals, head?.seal], [true, 30, 2, 41])
  await record(1)
  await sealEvents(database, chain)
  assert.equal((await verify()).events, 31)
  assert.equal(await pruneEvents(database, chain, start + 1_000_000), 31)
  const emptied = await verify()
  assert.deepEqual([emptied.intact, emptied.events, emptied.seals, emptied.head?.seal], [true, 0, 1, 42])
})
