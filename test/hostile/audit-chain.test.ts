import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { createChain, genesis } from '../../core/events/chain.ts'
import { createEvents } from '../../core/events/events.ts'
import { sealEvents } from '../../core/events/sealer.ts'
import { verifyEvents } from '../../core/events/verify.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Three seals of four events, and somebody who may write to the database and does not have the secret key. */
const attacked = async (t: TestContext) => {
  const database = await openDatabase({ url: 'sqlite::memory:' })
  t.after(() => database.close())
  await database.migrate()
  const chain = createChain(randomBytes(32))
  const events = createEvents({ database, clock: { now: () => new Date() }, log: silent })
  for (let seal = 0; seal < 3; seal++) {
    for (let n = 0; n < 4; n++) await events.record({ action: `action-${seal}-${n}` })
    await events.flush()
    await sealEvents(database, chain)
  }
  const { sql } = database
  const rows = await sql.selectFrom('events').selectAll().orderBy('id').execute()
  const before = await verifyEvents(database, chain)
  assert.deepEqual([before.intact, before.events, before.seals], [true, 12, 3])
  return { database, sql, rows, head: before.head, verify: () => verifyEvents(database, chain) }
}

describe('whoever writes to the database changes the audit log:', () => {
  test('an event that is changed is named', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    const { id } = rows[5]!
    await sql.updateTable('events').set({ ip: '192.0.2.1' }).where('id', '=', id).execute()
    assert.deepEqual((await verify()).breach, { what: 'event changed', seal: 2, event: id })
  })

  test('an event that is removed is named', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    const { id } = rows[5]!
    await sql.deleteFrom('events').where('id', '=', id).execute()
    assert.deepEqual((await verify()).breach, { what: 'event removed', seal: 2, event: id })
  })

  test('an event that is put in is named', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    const id = rows[5]!.id.replace(/.{4}$/, 'ffff')
    await sql
      .insertInto('events')
      .values({ ...rows[5]!, id })
      .execute()
    assert.deepEqual((await verify()).breach, { what: 'event put in', seal: 2, event: id })
  })

  test('two events that change places are found, within a seal and between two', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    for (const [one, other] of [
      [rows[4]!, rows[6]!],
      [rows[1]!, rows[9]!],
    ] as const) {
      const swap = async (a: typeof one, b: typeof one) => {
        await sql.updateTable('events').set({ at: b.at, action: b.action }).where('id', '=', a.id).execute()
        await sql.updateTable('events').set({ at: a.at, action: a.action }).where('id', '=', b.id).execute()
      }
      await swap(one, other)
      assert.deepEqual((await verify()).breach, { what: 'event changed', seal: one.seal, event: one.id })
      await swap(one, one)
      await swap(other, other)
      assert.equal((await verify()).intact, true)
    }
    await sql.updateTable('events').set({ seal: 3 }).where('id', '=', rows[1]!.id).execute()
    assert.deepEqual((await verify()).breach, { what: 'event removed', seal: 1, event: rows[1]!.id })
  })

  test('a seal that is edited to fit is found', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    await sql.deleteFrom('events').where('id', '=', rows[5]!.id).execute()
    const { entries } = await sql.selectFrom('event_seals').select('entries').where('seq', '=', 2).executeTakeFirstOrThrow()
    const left = (JSON.parse(entries) as [string, string][]).filter(([id]) => id !== rows[5]!.id)
    await sql
      .updateTable('event_seals')
      .set({ entries: JSON.stringify(left), count: 3 })
      .where('seq', '=', 2)
      .execute()
    assert.deepEqual((await verify()).breach, { what: 'seal changed', seal: 2 })
  })

  test('a whole chain that is made anew without the key is found at its first seal', async (t) => {
    const { sql, rows, verify } = await attacked(t)
    const forger = createChain(randomBytes(32))
    await sql.updateTable('events').set({ action: 'nothing' }).where('id', '=', rows[5]!.id).execute()
    const now = await sql.selectFrom('events').selectAll().orderBy('id').execute()
    let before = genesis
    for (const seq of [1, 2, 3]) {
      const sealed = now.filter(({ seal }) => Number(seal) === seq)
      const entries = sealed.map(forger.entry)
      const newest = Math.max(...sealed.map(({ at }) => at))
      before = forger.link(before, { seq, newest, entries })
      await sql
        .updateTable('event_seals')
        .set({ entries: JSON.stringify(entries), newest, hash: before })
        .where('seq', '=', seq)
        .execute()
    }
    assert.deepEqual((await verify()).breach, { what: 'seal changed', seal: 1 })
  })

  // A chain that is cut off at a seal is a chain: this is why the guide says to note its head elsewhere.
  test('the newest seals taken away with their events are told by the head that was noted, and by nothing else', async (t) => {
    const { sql, head, verify } = await attacked(t)
    await sql.deleteFrom('event_seals').where('seq', '=', 3).execute()
    await sql.deleteFrom('events').where('seal', '=', 3).execute()
    const cut = await verify()
    assert.deepEqual([cut.intact, cut.events, cut.seals], [true, 8, 2])
    assert.deepEqual([head?.seal, cut.head?.seal], [3, 2])
    assert.notEqual(cut.head?.hash, head?.hash)
  })
})
