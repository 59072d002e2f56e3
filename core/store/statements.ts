import { sql, type ExpressionBuilder } from 'kysely'
import type { Database } from '../data/database.ts'
import { prepare } from '../data/prepared.ts'
import type { Tables } from '../data/tables.ts'

type Row = ExpressionBuilder<Tables, 'short_lived'>
type Key = { readonly key: string }
type Now = { readonly now: number }
/** What is written; `expires` in epoch milliseconds. */
type Entry = Key & { readonly value: string; readonly version: number; readonly expires: number }

const alive = (row: Row, { now }: Now) => row('expires_at', '>', now)
const untaken = (row: Row, given: Now) => row.and([alive(row, given), row('taken', '=', false)])
const columns = ({ key, value, version, expires }: Entry) => ({ key, value, version, expires_at: expires, taken: false })
const anew = ({ value, version, expires }: Entry) => ({ value, version, expires_at: expires, taken: false })

/** The statements of the store, each atomic. Those that write return a row for what they wrote. */
export const storeStatements = (database: Database) => {
  const table = database.sql
  return {
    put: prepare(database, (given: Entry) =>
      table
        .insertInto('short_lived')
        .values(columns(given))
        .onConflict((clash) => clash.column('key').doUpdateSet(anew(given))),
    ),
    get: prepare(database, (given: Key & Now) =>
      table
        .selectFrom('short_lived')
        .select(['value', 'version'])
        .where('key', '=', given.key)
        .where((row) => untaken(row, given)),
    ),
    /** What is there, taken or not. */
    look: prepare(database, (given: Key & Now) =>
      table
        .selectFrom('short_lived')
        .select(['value', 'taken'])
        .where('key', '=', given.key)
        .where((row) => alive(row, given)),
    ),
    remove: prepare(database, (given: Key & Now) =>
      table
        .deleteFrom('short_lived')
        .where('key', '=', given.key)
        .where((row) => untaken(row, given))
        .returning('value'),
    ),
    /** A tombstone holds what it leaves and, since a statement cannot return what it overwrites, what was taken: `[left, taken]`. */
    bury: prepare(database, (given: Key & Now & { /** `null`: what is taken. */ readonly left: string | null }) =>
      table
        .updateTable('short_lived')
        .set((old) => {
          const value = old.ref('value')
          return { value: sql<string>`'[' || coalesce(cast(${given.left} as text), ${value}) || ',' || ${value} || ']'`, taken: true }
        })
        .where('key', '=', given.key)
        .where((row) => untaken(row, given))
        .returning('value'),
    ),
    /** Where there is nothing, or nothing that is alive. */
    insert: prepare(database, (given: Entry & Now) =>
      table
        .insertInto('short_lived')
        .values(columns(given))
        .onConflict((clash) => clash.column('key').doUpdateSet(anew(given)).where('short_lived.expires_at', '<=', given.now))
        .returning('key'),
    ),
    replace: prepare(database, (given: Entry & Now) =>
      table
        .updateTable('short_lived')
        .set((old) => ({ value: given.value, version: old('version', '+', 1), expires_at: given.expires }))
        .where('key', '=', given.key)
        .where('version', '=', given.version)
        .where((row) => untaken(row, given))
        .returning('key'),
    ),
    increment: prepare(database, (given: Entry & Now & { readonly by: number }) => {
      const over = sql<boolean>`short_lived.taken or short_lived.expires_at <= ${given.now}`
      const sum = sql`cast(cast(short_lived.value as bigint) + cast(${given.by} as bigint) as text)`
      return table
        .insertInto('short_lived')
        .values(columns(given))
        .onConflict((clash) =>
          clash.column('key').doUpdateSet({
            value: sql`case when ${over} then ${given.value} else ${sum} end`,
            version: sql`case when ${over} then ${given.version} else short_lived.version + 1 end`,
            expires_at: sql`case when ${over} then ${given.expires} else short_lived.expires_at end`,
            taken: false,
          }),
        )
        .returning('value')
    }),
    expired: (now: number, most: number) => {
      const over = table.selectFrom('short_lived').select('key').where('expires_at', '<=', now).limit(most)
      return table.deleteFrom('short_lived').where('key', 'in', over)
    },
  }
}
