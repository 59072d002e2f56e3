import { randomBytes, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Database, openDatabase } from '../../core/data/database.ts'
import { newPostgresql, newSqlite, testKind } from '../../core/data/fixture.ts'

/** Whose database is meant: a server of the tests. */
export type Stored = { readonly databaseUrl: string }

/** The options by which a server of its own gets a database of its own, of the kind that the tests use, and what throws it away. `empty`: without the schema. */
export const ownDatabase = async (
  dataDir: string,
  { empty = false }: { readonly empty?: boolean } = {},
): Promise<{ readonly url: string; readonly env: Readonly<Record<string, string>>; drop(): Promise<void> }> => {
  const redis = process.env['TEST_REDIS']
  // Each server has a numbered database of its own in the one Redis.
  const short = redis === undefined ? {} : { SLUICE_REDIS_URL: new URL(`/${randomInt(1, 16_384)}`, redis).href }
  if (testKind === 'sqlite') {
    const file = join(dataDir, 'sluice.db')
    if (!empty) await newSqlite(file)
    return { url: `sqlite:${file}`, env: short, drop: async () => {} }
  }
  const { url, drop } = await newPostgresql({ empty })
  return { url, env: { ...short, SLUICE_DATABASE_URL: url, SLUICE_SECRET_KEY: randomBytes(32).toString('base64') }, drop }
}

/** Opens a server's database behind its back, as a process elsewhere in a cluster would. */
export const opened = async <T>({ databaseUrl }: Stored, work: (database: Database) => Promise<T>): Promise<T> => {
  const database = await openDatabase({ url: databaseUrl })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** Runs one statement behind a server's back; gives the rows that it returns, or how many it changed. */
export const run = (
  server: Stored,
  statement: string,
): Promise<{ readonly rows: readonly Record<string, any>[]; readonly changed: number }> =>
  opened(server, async (database) => {
    const { rows, numAffectedRows = 0n } = await sql.raw<Record<string, unknown>>(statement).execute(database.sql)
    return { rows, changed: Number(numAffectedRows) }
  })
