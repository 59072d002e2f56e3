import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import test from 'node:test'
import type { Json } from '../api/index.ts'
import { openDatabase } from '../data/database.ts'
import { createEvents } from './events.ts'

const setUp = async () => {
  const database = await openDatabase({ url: 'sqlite::memory:' })
  await database.migrate()
  const errors: object[] = []
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => void errors.push(fields) }
  const events = createEvents({ database, clock: { now: () => new Date(1_700_000_000_000) }, log })
  return { database, events, errors }
}

test('an event is kept with all that it says', async (t) => {
  const { database, events } = await setUp()
  t.after(() => database.close())
  const userId = randomUUIDv7()
  const request = { ip: '192.0.2.1', userAgent: 'Browser/1', id: 'req-1' }
  await events.record({ action: 'login', userId, application: 'demo', detail: { methods: ['pwd'] }, request })
  await events.record({ action: 'started' })
  const [started, login] = await events.listEvents({ limit: 10 })
  const { id, ...rest } = login!
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  assert.deepEqual(rest, {
    at: new Date(1_700_000_000_000),
    action: 'login',
    userId,
    application: 'demo',
    requestId: 'req-1',
    detail: { methods: ['pwd'] },
    ip: request.ip,
    userAgent: request.userAgent,
  })
  assert.deepEqual([started!.action, started!.userId, started!.requestId, started!.detail], ['started', undefined, undefined, {}])
})

test('events are listed newest first, filtered, in pages', async (t) => {
  const { database, events } = await setUp()
  t.after(() => database.close())
  const [ada, bob] = [randomUUIDv7(), randomUUIDv7()]
  for (let n = 0; n < 300; n++) await events.record({ action: n % 3 ? 'even' : 'third', userId: n % 2 ? ada : bob, detail: n })
  const numbers: Json[] = []
  let page = await events.listEvents({ limit: 70 })
  while (page.length > 0) {
    numbers.push(...page.map(({ detail }) => detail))
    page = await events.listEvents({ limit: 70, before: page.at(-1)!.id })
  }
  assert.deepEqual(numbers, [...Array(300).keys()].toReversed())
  assert.deepEqual(
    (await events.listEvents({ limit: 3, action: 'third', userId: ada })).map(({ detail }) => detail),
    [297, 291, 285],
  )
})

test('what was recorded is written without anybody asking, and by a flush at once', async (t) => {
  const { database, events } = await setUp()
  t.after(() => database.close())
  const count = async () =>
    Number(
      (
        await database.sql
          .selectFrom('events')
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )
  await events.record({ action: 'a' })
  while ((await count()) === 0) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all(Array.from({ length: 1000 }, () => events.record({ action: 'b' })))
  await events.flush()
  assert.equal(await count(), 1001)
})

test('a failure reaches the log, never the caller', async (t) => {
  const { database, events, errors } = await setUp()
  t.after(() => database.close())
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  await events.record({ action: 'unwritable', detail: cycle as Json })
  assert.equal(errors.length, 1)
  await database.sql.schema.dropTable('events').execute()
  await events.record({ action: 'lost' })
  await events.flush()
  assert.equal(errors.length, 2)
  assert.match(JSON.stringify(errors[1]), /"action":"lost"/)
})
