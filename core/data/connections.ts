import type { CompiledQuery, Dialect, QueryResult } from 'kysely'

export type DatabaseKind = 'sqlite' | 'postgresql'

/** What the rest asks of a database; each kind of database has its own. */
export type Connections = {
  readonly kind: DatabaseKind
  /** What the database calls itself. */
  readonly name: string
  readonly dialect: Dialect
  /** The same connections, with values as the ORM wants them. */
  readonly ormDialect: Dialect
  hasTable(name: string): Promise<boolean>
  /** Runs a compiled query outside of transactions, by the shortest way: Kysely's own costs as much as a small statement. */
  query(compiled: CompiledQuery): Promise<QueryResult<any>>
  /** Runs migrations: one process at a time, and with what they change of tables kept from harm. */
  migrating<T>(work: (dialect: Dialect) => Promise<T>): Promise<T>
  /** After what waits to be written. Whoever uses the dialect afterwards gets an error. */
  close(): Promise<void>
}
