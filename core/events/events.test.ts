import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import test from 'node:test'
import type { Json } from '../api/index.ts'
import { testDatabase } from '../data/fixture.ts'
import { createEvents } from './events.ts'

const setUp = async () => {
  const database = await testDatabase()
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
  await events.flush()
  const [started, login] = await database.sql.selectFrom('events').selectAll().orderBy('id', 'desc').execute()
  const { id, ...rest } = login!
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  assert.deepEqual(rest, {
    at: 1_700_000_000_000,
    action: 'login',
    user_id: userId,
    application: 'demo',
    request_id: 'req-1',
    detail: '{"methods":["pwd"]}',
    ip: request.ip,
    user_agent: request.userAgent,
    seal: null,
  })
  assert.deepEqual([started!.action, started!.user_id, started!.request_id, started!.detail], ['started', null, null, '{}'])
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
