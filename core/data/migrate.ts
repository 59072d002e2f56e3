import type { MigrationObject, MikroORM, Options } from '@mikro-orm/sqlite'
import { type Dialect, Kysely } from 'kysely'
import type { Connections } from './connections.ts'
import { DatabaseTooNew } from './errors.ts'
import { migrationsFor, type NamedMigration } from './migrations/index.ts'

const table = 'mikro_orm_migrations'

/** Names of the migrations that the database has had. */
export const executedMigrations = async (connections: Connections): Promise<readonly string[]> => {
  if (!(await connections.hasTable(table))) return []
  const sql = new Kysely<any>({ dialect: connections.dialect })
  const { rows } = await connections.query(sql.selectFrom(table).select('name').orderBy('id').compile())
  return rows.map(({ name }: { readonly name: string }) => name)
}

/** Those that the database has not had. Throws `DatabaseTooNew` where it has had one that is unknown here. */
const pending = async (connections: Connections, migrations: readonly NamedMigration[]): Promise<readonly string[]> => {
  const done = new Set(await executedMigrations(connections))
  const known = migrations.map(({ name }) => name)
  for (const name of done) if (!known.includes(name)) throw new DatabaseTooNew(name)
  return known.filter((name) => !done.has(name))
}

const loaded = (migrations: readonly NamedMigration[]): Promise<MigrationObject[]> =>
  Promise.all(
    migrations.map(async ({ name, load }) => {
      const found = Object.values(await load())[0]
      if (!found) throw new Error(`${name} exports no migration`)
      return { name, class: found as MigrationObject['class'] }
    }),
  )

/**
 * Runs the pending migrations and returns their names. All of them or none: they share one transaction. A start with none pending
 * does not load the ORM for it; of several processes that start at once, one runs them and the others wait. `migrations`: those that there are.
 */
export const migrate = async (
  connections: Connections,
  openOrm: (dialect: Dialect, options: Options) => Promise<MikroORM>,
  migrations: readonly NamedMigration[] = migrationsFor(connections.kind),
): Promise<string[]> => {
  if ((await pending(connections, migrations)).length === 0) return []
  const [{ Migrator }, migrationsList] = await Promise.all([import('@mikro-orm/migrations'), loaded(migrations)])
  return connections.migrating(async (dialect) => {
    if ((await pending(connections, migrations)).length === 0) return []
    const orm = await openOrm(dialect, { migrations: { migrationsList, snapshot: false, silent: true } })
    Migrator.register(orm)
    const done = await orm.migrator.up()
    return done.map(({ name }) => name)
  })
}
