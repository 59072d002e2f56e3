import type { MikroORM, Options } from '@mikro-orm/sqlite'
import { type CompiledQuery, type Dialect, Kysely, type QueryResult } from 'kysely'
import type { Log } from '../api/index.ts'
import { isPostgresql } from './address.ts'
import type { Connections, DatabaseKind } from './connections.ts'
import { measuredDialect, measuredStatement } from './measured.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables, Tx } from './tables.ts'

export type Database = {
  readonly kind: DatabaseKind
  /** For administration and for migrations: over the same connections, loaded at the first call. Fork its `em` for each piece of work. */
  orm(): Promise<MikroORM>
  /** For what happens often: prepared statements, no entities. Reads see what is committed. */
  readonly sql: Kysely<Tables>
  /** Runs a query that `sql` compiled, see `prepare`. */
  query<Row>(compiled: CompiledQuery<Row>): Promise<QueryResult<Row>>
  /**
   * Commits if `work` returns, rolls back if it throws. One transaction at a time, of all processes: await nothing slow in it (hashing,
   * network), and write through `tx` only; on SQLite a write beside it would wait for its end and fail after 10 s.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Several processes write at once, so a query that takes rows must lock them and pass by those of others (`for update skip locked`). */
  readonly skipLocked: boolean
  /** Brings the schema up to date and returns the names of the migrations that ran. Throws `DatabaseTooNew`. */
  migrate(): Promise<string[]>
  close(): Promise<void>
}

/** The connections to the database of an address, each kind's driver loaded where it is used. `readOnly`: a file of SQLite stays as it is. */
export const openConnections = async (
  url: string,
  { log, readOnly = false }: { readonly log?: Log | undefined; readonly readOnly?: boolean } = {},
): Promise<Connections> => {
  if (isPostgresql(url)) return (await import('./postgresql.ts')).openPostgresql(url, log)
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!path) throw new Error('the database address must be sqlite:<path>, sqlite::memory: or postgresql://<user>:<password>@<host>/<name>')
  return openSqlite(path, readOnly)
}

/**
 * Opens `sqlite:<path>` (made if absent; its folder must exist), `sqlite::memory:` or `postgresql://user:password@host:port/name`. The schema
 * is as it was until `migrate`.
 */
export const openDatabase = async ({ url, log }: { readonly url: string; readonly log?: Log }): Promise<Database> => {
  const connections = await openConnections(url, { log })
  const { kind } = connections
  const dialect = measuredDialect(connections.dialect)
  const sql = new Kysely<Tables>({ dialect })
  const openOrm = async (of: Dialect, options: Options = {}): Promise<MikroORM> => {
    const { createOrm } = await import('./orm.ts')
    const orm = await createOrm(connections, of, options)
    await orm.connect()
    return orm
  }
  let orm: Promise<MikroORM> | undefined
  return {
    kind,
    orm: () => (orm ??= openOrm(connections.ormDialect)),
    sql,
    query: (compiled) => measuredStatement(compiled, () => connections.query(compiled)),
    transaction: (work) => sql.transaction().execute(work),
    skipLocked: kind === 'postgresql',
    async migrate() {
      const done = await migrate(connections, openOrm)
      if (done.length > 0) log?.info({ migrations: done }, 'the database schema is up to date')
      return done
    },
    close: () => connections.close(),
  }
}
