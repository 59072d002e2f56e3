import type { MikroORM, Options } from '@mikro-orm/sqlite'
import { type CompiledQuery, Kysely, type QueryResult } from 'kysely'
import type { Log } from '../api/index.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables, Tx } from './tables.ts'

export type Database = {
  /** For administration and for migrations: over the same connections, loaded at the first call. Fork its `em` for each piece of work. */
  orm(): Promise<MikroORM>
  /** For what happens often: prepared statements, no entities. Reads see what is committed. */
  readonly sql: Kysely<Tables>
  /** Runs a query that `sql` compiled, see `prepare`. */
  query<Row>(compiled: CompiledQuery<Row>): Promise<QueryResult<Row>>
  /**
   * Commits if `work` returns, rolls back if it throws. On SQLite one transaction at a time: await nothing slow in it (hashing, network),
   * and write through `tx` only; a write beside it would wait for its end and fail after 10 s.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Several processes write at once, so a query that takes rows must lock them and pass by those of others (`for update skip locked`). */
  readonly skipLocked: boolean
  /** Brings the schema up to date and returns the names of the migrations that ran. Throws `DatabaseTooNew`. */
  migrate(): Promise<string[]>
  close(): Promise<void>
}

/** Opens `sqlite:<path>` (made if absent; its folder must exist) or `sqlite::memory:`. The schema is as it was until `migrate`. */
export const openDatabase = async ({ url, log }: { readonly url: string; readonly log?: Log }): Promise<Database> => {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!path) throw new Error('the database address must be sqlite:<path> or sqlite::memory:')
  const sqlite = openSqlite(path)
  const sql = new Kysely<Tables>({ dialect: sqlite.dialect })
  const openOrm = async (options: Options = {}): Promise<MikroORM> => {
    const { createOrm } = await import('./orm.ts')
    const orm = createOrm(sqlite.dialect, options)
    await orm.connect()
    return orm
  }
  let orm: Promise<MikroORM> | undefined
  return {
    orm: () => (orm ??= openOrm()),
    sql,
    query: (compiled) => sqlite.query(compiled),
    transaction: (work) => sql.transaction().execute(work),
    skipLocked: false,
    async migrate() {
      const done = await migrate(sqlite, sql, openOrm)
      if (done.length > 0) log?.info({ migrations: done }, 'the database schema is up to date')
      return done
    },
    close: () => sqlite.close(),
  }
}
