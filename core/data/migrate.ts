import type { MigrationObject, MikroORM, Options } from '@mikro-orm/sqlite'
import type { Kysely } from 'kysely'
import { DatabaseTooNew } from './errors.ts'
import { migrations } from './migrations/index.ts'
import type { Sqlite } from './sqlite.ts'

const table = 'mikro_orm_migrations'

/** Names of the migrations that the database has had. */
const executed = async (sqlite: Sqlite, sql: Kysely<any>): Promise<readonly string[]> => {
  if (!sqlite.hasTable(table)) return []
  const rows = (await sql.selectFrom(table).select('name').orderBy('id').execute()) as readonly { readonly name: string }[]
  return rows.map(({ name }) => name)
}

/** Those that the database has not had. Throws `DatabaseTooNew` where it has had one that is unknown here. */
const pending = async (sqlite: Sqlite, sql: Kysely<any>): Promise<readonly string[]> => {
  const done = new Set(await executed(sqlite, sql))
  const known = migrations.map(({ name }) => name)
  for (const name of done) if (!known.includes(name)) throw new DatabaseTooNew(name)
  return known.filter((name) => !done.has(name))
}

const loaded = (): Promise<MigrationObject[]> =>
  Promise.all(
    migrations.map(async ({ name, load }) => {
      const found = Object.values(await load())[0]
      if (!found) throw new Error(`${name} exports no migration`)
      return { name, class: found as MigrationObject['class'] }
    }),
  )

/**
 * Runs the pending migrations and returns their names. All of them or none: they share one transaction. A start with none pending
 * does not load the ORM for it.
 */
export const migrate = async (sqlite: Sqlite, sql: Kysely<any>, openOrm: (options: Options) => Promise<MikroORM>): Promise<string[]> => {
  if ((await pending(sqlite, sql)).length === 0) return []
  const [{ Migrator }, migrationsList] = await Promise.all([import('@mikro-orm/migrations'), loaded()])
  const orm = await openOrm({ migrations: { migrationsList, snapshot: false, silent: true } })
  Migrator.register(orm)
  const done = await sqlite.migrating(() => orm.migrator.up())
  return done.map(({ name }) => name)
}
