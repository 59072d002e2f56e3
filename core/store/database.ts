import { randomInt } from 'node:crypto'
import { sql, type ExpressionBuilder } from 'kysely'
import type { Clock, Json, Store } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Tables } from '../data/tables.ts'

type Row = ExpressionBuilder<Tables, 'short_lived'>

/** Rows deleted by one statement, so that pruning holds nobody up. */
const batch = 500

/** Version of a first write. Not 1, so that a version read before an entry was taken never fits the entry that follows under its key. */
const firstVersion = () => randomInt(2 ** 30)

/** Short-lived state in the database's table `short_lived`: each call is one statement, so it is atomic without a transaction. */
export const databaseStore = (
  database: Database,
  clock: Clock,
): Store & { /** Deletes what has expired; returns how much. */ prune(): Promise<number> } => {
  const now = () => clock.now().getTime()
  const expiry = (ttl: number) => {
    if (!(ttl > 0 && ttl < Infinity)) throw new RangeError(`a lifetime is a positive number of seconds, not ${ttl}`)
    return now() + Math.ceil(ttl * 1000)
  }
  const alive = (row: Row) => row('expires_at', '>', now())
  const untaken = (row: Row) => row.and([alive(row), row('taken', '=', false)])
  const fresh = (key: string, value: string, expires: number) => ({
    key,
    value,
    version: firstVersion(),
    expires_at: expires,
    taken: false,
  })
  const table = database.sql

  /** A tombstone holds what it leaves and, since a statement cannot return what it overwrites, what was taken: `[left, taken]`. */
  const bury = async (key: string, leave: Json): Promise<Json | undefined> => {
    const left = JSON.stringify(leave)
    const row = await table
      .updateTable('short_lived')
      .set((old) => ({ value: sql<string>`'[' || ${left} || ',' || ${old.ref('value')} || ']'`, taken: true }))
      .where('key', '=', key)
      .where(untaken)
      .returning('value')
      .executeTakeFirst()
    return row && JSON.parse(row.value)[1]
  }

  const remove = async (key: string): Promise<Json | undefined> => {
    const row = await table.deleteFrom('short_lived').where('key', '=', key).where(untaken).returning('value').executeTakeFirst()
    return row && JSON.parse(row.value)
  }

  return {
    async put(key, value, ttl) {
      const row = fresh(key, JSON.stringify(value), expiry(ttl))
      await table
        .insertInto('short_lived')
        .values(row)
        .onConflict((clash) =>
          clash.column('key').doUpdateSet({ value: row.value, version: row.version, expires_at: row.expires_at, taken: false }),
        )
        .execute()
    },

    async get(key) {
      const row = await table
        .selectFrom('short_lived')
        .select(['value', 'version'])
        .where('key', '=', key)
        .where(untaken)
        .executeTakeFirst()
      return row && { value: JSON.parse(row.value), version: row.version }
    },

    async take(key, options) {
      for (;;) {
        const taken = options?.leave === undefined ? await remove(key) : await bury(key, options.leave)
        if (taken !== undefined) return { taken }
        const row = await table.selectFrom('short_lived').select(['value', 'taken']).where('key', '=', key).where(alive).executeTakeFirst()
        if (!row) return undefined
        if (row.taken) return { left: JSON.parse(row.value)[0] }
        // put anew between the two statements: once more
      }
    },

    async compareAndSet(key, version, value, ttl) {
      const row = fresh(key, JSON.stringify(value), expiry(ttl))
      if (version === undefined) {
        const { numInsertedOrUpdatedRows } = await table
          .insertInto('short_lived')
          .values(row)
          .onConflict((clash) =>
            clash
              .column('key')
              .doUpdateSet({ value: row.value, version: row.version, expires_at: row.expires_at, taken: false })
              .where('short_lived.expires_at', '<=', now()),
          )
          .executeTakeFirst()
        return numInsertedOrUpdatedRows === 1n
      }
      const { numUpdatedRows } = await table
        .updateTable('short_lived')
        .set((old) => ({ value: row.value, version: old('version', '+', 1), expires_at: row.expires_at }))
        .where('key', '=', key)
        .where('version', '=', version)
        .where(untaken)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async increment(key, ttl, by = 1) {
      if (!Number.isSafeInteger(by)) throw new RangeError(`a counter counts whole numbers, not ${by}`)
      const row = fresh(key, String(by), expiry(ttl))
      const over = sql<boolean>`short_lived.taken or short_lived.expires_at <= ${now()}`
      const { value } = await table
        .insertInto('short_lived')
        .values(row)
        .onConflict((clash) =>
          clash.column('key').doUpdateSet({
            value: sql`case when ${over} then ${row.value} else cast(cast(short_lived.value as bigint) + cast(${by} as bigint) as text) end`,
            version: sql`case when ${over} then ${row.version} else short_lived.version + 1 end`,
            expires_at: sql`case when ${over} then ${row.expires_at} else short_lived.expires_at end`,
            taken: false,
          }),
        )
        .returning('value')
        .executeTakeFirstOrThrow()
      return Number(value)
    },

    async prune() {
      for (let pruned = 0; ;) {
        const expired = table.selectFrom('short_lived').select('key').where('expires_at', '<=', now()).limit(batch)
        const { numDeletedRows } = await table.deleteFrom('short_lived').where('key', 'in', expired).executeTakeFirst()
        pruned += Number(numDeletedRows)
        if (numDeletedRows < batch) return pruned
      }
    },
  }
}
