import { openDatabase, type Database } from '../data/database.ts'

/** For tests: a database in memory with an empty directory, and how often it has changed. */
export const directoryFixture = async () => {
  const database: Database = await openDatabase({ url: 'sqlite::memory:' })
  await database.migrate()
  const changes = async () =>
    (await database.sql.selectFrom('changes').select(['kind', 'object_id', 'revision']).orderBy('seq').execute()).map((row) => ({ ...row }))
  return { database, changes }
}
