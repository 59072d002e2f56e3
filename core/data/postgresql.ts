import { createHash } from 'node:crypto'
import {
  PostgresAdapter,
  PostgresIntrospector,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'
import type { Log } from '../api/index.ts'
import type { Connections } from './connections.ts'
import { isGone, isSilent, isStale } from './postgresql-errors.ts'
import { PostgresqlCompiler } from './postgresql-compiler.ts'
import { openPool, ormTypes, readersTo } from './postgresql-pool.ts'
import type { Readers } from './postgresql-readers.ts'
import { type Outages, outages } from './outages.ts'

/** How long a transaction waits for those before it, in milliseconds. */
const patience = 10_000
/** Locks of this program among all in the database: one for transactions, one for migrations. */
const locks = { writing: 0x51_0001, migrating: 0x51_0002 } as const

/** A text of PostgreSQL has no NUL in it; where one is asked for, nothing is found. */
const bound = (parameters: readonly unknown[]): unknown[] =>
  parameters.map((value) => (typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value))

const writes = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])
const resultOf = ({ rows, rowCount, command }: pg.QueryResult): QueryResult<any> =>
  writes.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }

/** Runs what asks the server; where that is gone, callers get `Unavailable`. */
type Told = <T>(ask: () => Promise<T>) => Promise<T>
const tellingOf =
  (outage: Outages): Told =>
  async (ask) => {
    try {
      const answer = await ask()
      outage.answered()
      return answer
    } catch (error) {
      if (isGone(error)) throw outage.failed(error)
      throw error
    }
  }

type Connection = DatabaseConnection & { readonly client: pg.PoolClient; broken?: Error }

const begin = ['begin', `set local lock_timeout = ${patience}`, `select pg_advisory_xact_lock(${locks.writing})`].join('; ')

/**
 * Transactions take turns, those of all processes on one database: what one of them reads stays true until it ends, and the feed of changes is
 * in order of commit, as on SQLite. Statements by themselves wait for nobody.
 */
const createDriver = (pool: pg.Pool, told: Told, types?: pg.CustomTypesConfig): Driver => {
  const command = async (connection: DatabaseConnection, text: string) =>
    void (await told(() => (connection as Connection).client.query(text)))
  const connect = (client: pg.PoolClient): Connection => ({
    client,
    async executeQuery({ sql, parameters }) {
      try {
        return resultOf(await told(() => client.query({ text: sql, values: bound(parameters), ...(types && { types }) })))
      } catch (error) {
        if (isSilent((error as Error).cause)) this.broken = error as Error
        throw error
      }
    },
    /** All at once: whoever reads much reads it in pages. */
    async *streamQuery(query) {
      yield await this.executeQuery(query)
    },
  })
  return {
    init: async () => {},
    acquireConnection: async () => connect(await told(() => pool.connect())),
    async beginTransaction(connection) {
      try {
        await command(connection, begin)
      } catch (error) {
        await command(connection, 'rollback').catch((lost: Error) => ((connection as Connection).broken = lost))
        throw error
      }
    },
    commitTransaction: (connection) => command(connection, 'commit'),
    rollbackTransaction: async (connection) => {
      // the server undoes what a lost connection had begun, and why it was to be undone matters more
      await command(connection, 'rollback').catch((lost: Error) => ((connection as Connection).broken = lost))
    },
    savepoint: (connection, name) => command(connection, `savepoint "${name}"`),
    rollbackToSavepoint: (connection, name) => command(connection, `rollback to savepoint "${name}"`),
    releaseSavepoint: (connection, name) => command(connection, `release savepoint "${name}"`),
    releaseConnection: async (connection) => {
      const { client, broken } = connection as Connection
      client.release(broken)
    },
    destroy: () => pool.end(),
  }
}

const dialectOf = (pool: pg.Pool, told: Told, types?: pg.CustomTypesConfig): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => createDriver(pool, told, types),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresqlCompiler(),
})

/** Reads and nothing else: it waits for no lock of a row. */
const isRead = (text: string): boolean => /^(?:select|with) /.test(text) && !/\b(?:insert into|update|delete from|for share)\b/.test(text)

/** Runs queries that each connection prepares once. Reads share connections, and what writes has one of the pool for itself. */
const preparing = (pool: pg.Pool, readers: Readers, told: Told): Connections['query'] => {
  const known = new Map<string, { readonly hash: string; readonly isRead: boolean }>()
  const knownOf = (text: string) => {
    const found = known.get(text) ?? { hash: createHash('sha256').update(text).digest('base64url').slice(0, 20), isRead: isRead(text) }
    known.set(text, found)
    return found
  }
  /** Goes up where what was prepared has to be prepared anew. */
  let generation = 0
  const run = ({ sql: text, parameters }: CompiledQuery) => {
    const { hash, isRead } = knownOf(text)
    const query = { name: `${hash}.${generation}`, text, values: bound(parameters) }
    return told(() => (isRead ? readers.read(query) : pool.query(query)))
  }
  return async (compiled) => {
    const tried = generation
    try {
      return resultOf(await run(compiled))
    } catch (error) {
      if (!isStale(error)) throw error
      if (generation === tried) generation += 1
      return resultOf(await run(compiled))
    }
  }
}

/** Opens `postgresql://user:password@host:port/name`. Connects at the first query. */
export const openPostgresql = (url: string, log?: Log): Connections => {
  const pool = openPool(url, { log })
  const readers = readersTo(url)
  const told = tellingOf(outages('database', log))
  return {
    kind: 'postgresql',
    name: decodeURIComponent(new URL(url).pathname.slice(1)),
    dialect: dialectOf(pool, told),
    ormDialect: dialectOf(pool, told, ormTypes),
    query: preparing(pool, readers, told),
    async close() {
      await Promise.all([readers.close(), pool.end()])
    },
    async hasTable(name) {
      const { rows } = await told(() => pool.query('select to_regclass($1) as found', [name]))
      return rows[0]?.found !== null
    },
    async migrating(work) {
      const slow = openPool(url, { log, unhurried: true })
      const guard = await slow.connect()
      try {
        // Held by the session: the migrations have a transaction of their own, and who comes second has to see that they are done.
        await guard.query(`select pg_advisory_lock(${locks.migrating})`)
        return await work(dialectOf(slow, told, ormTypes))
      } finally {
        guard.release(true)
        await slow.end()
      }
    },
  }
}
