import type { MikroORM } from '@mikro-orm/sqlite'
import { DatabaseTooNew } from './errors.ts'
import { migrations } from './migrations/index.ts'

const table = 'mikro_orm_migrations'

/** Names of the migrations that the database has had. */
const executed = async (orm: MikroORM): Promise<readonly string[]> => {
  const connection = orm.em.getConnection()
  const hasTable = await orm.em.getPlatform().getSchemaHelper()?.tableExists(connection, table, undefined)
  if (!hasTable) return []
  const rows = await connection.execute<{ name: string }[]>(`select name from ${table} order by id`)
  return rows.map(({ name }) => name)
}

/** Those that the database has not had. Throws `DatabaseTooNew` where it has had one that is unknown here. */
const pending = async (orm: MikroORM): Promise<readonly string[]> => {
  const done = new Set(await executed(orm))
  const known = migrations.map(({ name }) => name)
  for (const name of done) if (!known.includes(name)) throw new DatabaseTooNew(name)
  return known.filter((name) => !done.has(name))
}

/**
 * Runs the pending migrations and returns their names. All of them or none: they share one transaction. A start with none pending
 * does not load the machinery for it.
 */
export const migrate = async (orm: MikroORM, migrating: <T>(work: () => Promise<T>) => Promise<T>): Promise<string[]> => {
  if ((await pending(orm)).length === 0) return []
  const { Migrator } = await import('@mikro-orm/migrations')
  Migrator.register(orm)
  const done = await migrating(() => orm.migrator.up())
  return done.map(({ name }) => name)
}
