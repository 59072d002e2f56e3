import BetterSqlite from 'better-sqlite3'
import type { Statement } from 'better-sqlite3'
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Connections } from './connections.ts'
import { groupedCommits } from './commits.ts'
import { statements } from './statements.ts'
import { turns } from './turns.ts'

/** How long a write waits for another process, and for the transactions before it, in milliseconds. */
const patience = 10_000

/** SQLite knows no booleans. */
const bound = (parameters: readonly unknown[]): readonly unknown[] =>
  parameters.some((value) => typeof value === 'boolean')
    ? parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value))
    : parameters

const run = (statement: Statement, parameters: readonly unknown[]): QueryResult<any> => {
  if (statement.reader) return { rows: statement.all(bound(parameters)) }
  const { changes, lastInsertRowid } = statement.run(bound(parameters))
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

/** A Kysely connection that may be in a transaction. */
type Connection = DatabaseConnection & { writing: boolean }

/** Two real connections cannot share one database in memory. */
const inMemory = (path: string): boolean => path === ':memory:'

/**
 * One connection writes, one transaction at a time. Reads outside of transactions see what is committed and wait for nobody: during a
 * transaction they have a connection of their own (WAL), at any other time the same one, whose cache a write does not void.
 * Transactions are IMMEDIATE, so that none of them fails halfway for having begun with a read.
 */
const openSqliteDriver = (path: string, readOnly: boolean) => {
  const writer = new BetterSqlite(path, { timeout: patience, readonly: readOnly })
  if (!readOnly)
    for (const pragma of ['journal_mode = wal', 'synchronous = normal', 'foreign_keys = on', 'cache_size = -65536']) writer.pragma(pragma)
  const reader = inMemory(path) ? writer : new BetterSqlite(path, { timeout: patience, readonly: true })
  const write = statements(writer)
  const read = reader === writer ? write : statements(reader)
  const turn = turns(patience)
  const committed = groupedCommits(writer, turn)

  const execute = async ({ sql, parameters }: CompiledQuery, writing: boolean): Promise<QueryResult<any>> => {
    const statement = write(sql, parameters)
    if (writing) return run(statement, parameters)
    if (!statement.readonly) return committed(() => run(statement, parameters))
    if (!turn.taken) return run(statement, parameters)
    if (reader !== writer) return run(read(sql, parameters), parameters)
    await turn.take()
    try {
      return run(statement, parameters)
    } finally {
      turn.give()
    }
  }

  const connect = (): Connection => ({
    writing: false,
    executeQuery(query) {
      return execute(query, this.writing)
    },
    async *streamQuery({ sql, parameters }) {
      const prepared = this.writing ? write : read
      for (const row of prepared(sql, parameters).iterate(bound(parameters))) yield { rows: [row as never] }
    },
  })

  const savepoint = (command: string) => async (_: DatabaseConnection, name: string) => writer.exec(`${command} "${name}"`)
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connect(),
    async beginTransaction(connection) {
      await turn.take()
      ;(connection as Connection).writing = true
      writer.exec('begin immediate')
    },
    commitTransaction: async () => writer.exec('commit'),
    rollbackTransaction: async () => {
      // a failed statement (e.g. a full disk) may have ended it already
      if (writer.inTransaction) writer.exec('rollback')
    },
    savepoint: savepoint('savepoint'),
    rollbackToSavepoint: savepoint('rollback to'),
    releaseSavepoint: savepoint('release'),
    async releaseConnection(connection) {
      if (!(connection as Connection).writing) return
      ;(connection as Connection).writing = false
      if (writer.inTransaction) writer.exec('rollback')
      turn.give()
    },
    destroy: () => close(),
  }
  const close = async (): Promise<void> => {
    await committed(() => {})
    if (reader !== writer) reader.close()
    writer.close()
  }
  return { driver, writer, close, query: (compiled: CompiledQuery) => execute(compiled, false) }
}

class Adapter extends SqliteAdapter {
  /** Else Kysely would let one query run at a time. */
  override get supportsMultipleConnections() {
    return true
  }
}

/** Opens the file, or makes it unless it is only to be read. */
export const openSqlite = (path: string, readOnly = false): Connections => {
  const { driver, writer, close, query } = openSqliteDriver(path, readOnly)
  const dialect: Dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
  return {
    kind: 'sqlite',
    name: path,
    dialect,
    ormDialect: dialect,
    close,
    query,
    hasTable: async (name) => writer.prepare("select 1 from sqlite_master where type = 'table' and name = ?").all([name]).length > 0,
    /**
     * With foreign keys unchecked, and checked afterwards. SQLite changes a table by rebuilding it: with the checks on, dropping the old table
     * would delete all rows that refer to it, and the pragma does nothing inside the migrations' own transaction.
     */
    async migrating(work) {
      writer.pragma('foreign_keys = off')
      try {
        const done = await work(dialect)
        const broken = writer.pragma('foreign_key_check') as readonly { readonly table: string; readonly parent: string }[]
        if (broken[0])
          throw new Error(
            `a migration left ${broken.length} rows without what they refer to, first in "${broken[0].table}" to "${broken[0].parent}"; restore the backup`,
          )
        return done
      } finally {
        writer.pragma('foreign_keys = on')
      }
    },
  }
}
