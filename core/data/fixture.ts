import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { DatabaseKind } from './connections.ts'
import { type Database, openDatabase } from './database.ts'
import { migrationsFor } from './migrations/index.ts'

/** For tests: the address of a PostgreSQL server's own database, as a user who may make others. Without it, tests use SQLite. */
const server = env['TEST_DATABASE']

/** The kind of database that the tests of this process use. */
export const testKind: DatabaseKind = server === undefined ? 'sqlite' : 'postgresql'

const addressOf = (name: string): string => {
  const url = new URL(server ?? '')
  url.pathname = `/${name}`
  return url.href
}

const asked = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A database with the schema of today, of which others are copies; made once, by whichever process comes first. */
const templateName = async (): Promise<string> => {
  const names = migrationsFor('postgresql').map(({ name }) => name)
  const template = `template_${createHash('sha256').update(names.join()).digest('hex').slice(0, 12)}`
  await asked(server ?? '', async (client) => {
    await client.query('select pg_advisory_lock(1)')
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [template])
    if (rows.length > 0) return
    // Under another name until it is whole, in case this process ends meanwhile.
    const draft = `draft_${randomBytes(6).toString('hex')}`
    await client.query(`create database ${draft}`)
    const database = await openDatabase({ url: addressOf(draft) })
    await database.migrate()
    await database.close()
    await client.query(`alter database ${draft} rename to ${template}`)
  })
  return template
}
let template: Promise<string> | undefined

/** A new PostgreSQL database: its address, and how it is thrown away. `empty`: without the schema. */
export const newPostgresql = async ({ empty = false }: { readonly empty?: boolean } = {}): Promise<{
  readonly url: string
  drop(): Promise<void>
}> => {
  const name = `test_${randomBytes(8).toString('hex')}`
  const from = empty ? 'template1' : await (template ??= templateName())
  await asked(server ?? '', (client) => client.query(`create database ${name} template ${from}`))
  const drop = async () => void (await asked(server ?? '', (client) => client.query(`drop database if exists ${name} with (force)`)))
  return { url: addressOf(name), drop }
}

/** A file with the schema of today, of which others are copies; made once for what the migrations say. */
const sqliteTemplate = async (): Promise<string> => {
  const migrations = fileURLToPath(new URL('migrations/sqlite', import.meta.url))
  const said = createHash('sha256')
  for (const name of readdirSync(migrations).toSorted()) said.update(name).update(readFileSync(join(migrations, name)))
  const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
  const template = join(cache, `schema-${said.digest('hex').slice(0, 12)}.db`)
  if (existsSync(template)) return template
  mkdirSync(cache, { recursive: true })
  // Under another name until it is whole, in case another process makes it at the same time.
  const draft = `${template}-${randomBytes(6).toString('hex')}`
  const database = await openDatabase({ url: `sqlite:${draft}` })
  await database.migrate()
  await database.close()
  renameSync(draft, template)
  return template
}
let sqliteFile: Promise<string> | undefined

/** Puts an SQLite database with the schema, and nothing in it, to where a server will look for its own. */
export const newSqlite = async (path: string): Promise<void> => {
  const template = await (sqliteFile ??= sqliteTemplate())
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, readFileSync(template), { mode: 0o600 })
}

/** For tests: a database of the kind that the tests use, with the schema and nothing in it; gone when it is closed. In memory, if it is SQLite. */
export const testDatabase = async (): Promise<Database> => {
  if (testKind === 'sqlite') {
    const database = await openDatabase({ url: 'sqlite::memory:' })
    await database.migrate()
    return database
  }
  const { url, drop } = await newPostgresql()
  const database = await openDatabase({ url })
  return {
    ...database,
    async close() {
      await database.close()
      await drop()
    },
  }
}
