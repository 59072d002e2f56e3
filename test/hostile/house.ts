import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { mock } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { Client } from 'pg'
import { readOptions } from '../../core/options/options.ts'
import { ownDatabase } from '../kit/database.ts'
import { freePort, temporaryDirectory } from '../kit/server.ts'

/** What has been done since the last look: statements by their text, and password hashes. */
export type Work = { readonly statements: readonly string[]; readonly hashes: number }

export type House = {
  readonly url: string
  readonly dataDir: string
  readonly databaseUrl: string
  /** The work since it was last asked for. Events are written a moment after the answer, so a moment is waited. */
  work(): Promise<Work>
  /** The most hashes that were made at the same time. */
  mostHashesAtOnce(): number
  /** Moves the clock on. */
  later(milliseconds: number): void
  /** Sets the clock forward or back at once, as it happens to machines. Timers go on. */
  jump(milliseconds: number): void
  /** From now on the database may not grow, which is what a full disk is to it (`SQLITE_FULL`); or it may again. */
  diskIsFull(isFull: boolean): void
  close(): Promise<void>
}

type Hashing = (...given: unknown[]) => Promise<unknown>

const databases = new Set<BetterSqlite>()
let statements: string[] = []
let hashes = 0
let hashing = 0
let mostHashing = 0

/**
 * What the server does by itself every second or two, whoever else does something: it looks at the head of the configuration, at keys, jobs and
 * seals, deletes what is over, and tells other servers (signals). Where transactions begin and end tells nothing of whose they are.
 */
const isPolling = (text: string): boolean =>
  /^select max\(\W?number\W?\) as \W?head\W? from \W?revisions\W?$|^select [^;]* from \W?signing_keys\W? order by|\Wjobs\W|event_seals|^select pg_notify|\Wseal\W? is null|^begin;|^commit$|^rollback$|^delete from \W?\w+\W? where \W?\w+\W? in \(select/.test(
    text,
  )

/** Counts what every statement and every hash goes through. To be called before the server's modules are loaded. */
function count(): void {
  const { prototype } = BetterSqlite
  const prepare = prototype.prepare
  prototype.prepare = function (text: string) {
    databases.add(this)
    const statement = prepare.call(this, text)
    for (const name of ['all', 'run', 'iterate'] as const) {
      const call = statement[name].bind(statement) as (parameters: readonly unknown[]) => never
      statement[name] = (parameters) => {
        if (!isPolling(text)) statements.push(text)
        return call(parameters)
      }
    }
    return statement
  }
  const client = Client.prototype as unknown as { query(...given: unknown[]): unknown }
  const query = client.query
  client.query = function (...given) {
    const [asked] = given as [string | { readonly text?: string }]
    const text = typeof asked === 'string' ? asked : (asked.text ?? '')
    if (!isPolling(text)) statements.push(text)
    return query.apply(this, given)
  }
  const argon2 = createRequire(import.meta.url)('@node-rs/argon2') as Record<'hash' | 'verify', Hashing>
  for (const name of ['hash', 'verify'] as const) {
    const call = argon2[name]
    argon2[name] = async (...given) => {
      hashes++
      mostHashing = Math.max(mostHashing, ++hashing)
      try {
        return await call(...given)
      } finally {
        hashing--
      }
    }
  }
}

/** The real server in this process, on a clock that can be moved. One for each test file. */
export async function openHouse(apply: object): Promise<House> {
  count()
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 5, 1) })
  const directory = temporaryDirectory()
  const file = join(directory, 'configuration.yaml')
  writeFileSync(file, JSON.stringify(apply))
  const port = await freePort()
  const database = await ownDatabase(join(directory, 'data'))
  const env = {
    ...database.env,
    SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`,
    SLUICE_LISTEN_METRICS: 'off',
    SLUICE_DATA_DIR: join(directory, 'data'),
    SLUICE_APPLY: file,
    SLUICE_LOG_LEVEL: 'error',
  }
  const read = readOptions({ env, cwd: directory })
  if (!('options' in read)) throw new Error(JSON.stringify(read.problems))
  const { start } = await import('../../core/main.ts')
  const server = await start(read.options, env)
  return {
    url: server.local,
    dataDir: env.SLUICE_DATA_DIR,
    databaseUrl: database.url,
    async work() {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const done = { statements, hashes }
      statements = []
      hashes = 0
      return done
    },
    mostHashesAtOnce: () => mostHashing,
    later: (milliseconds) => mock.timers.tick(milliseconds),
    jump: (milliseconds) => mock.timers.setTime(Date.now() + milliseconds),
    diskIsFull(isFull) {
      // The bound is of a connection; the one that only reads does not care.
      for (const database of databases) {
        if (!database.open || database.readonly) continue
        const [now] = database.pragma('page_count') as readonly { readonly page_count: number }[]
        database.pragma(`max_page_count = ${isFull ? (now?.page_count ?? 1) : 2 ** 30}`)
      }
    },
    async close() {
      await server.close()
      await database.drop()
    },
  }
}
