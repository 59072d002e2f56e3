import { testDatabase } from '../data/fixture.ts'

/** For tests: a database with an empty directory, and how often it has changed. */
export const directoryFixture = async () => {
  const database = await testDatabase()
  const changes = async () =>
    (await database.sql.selectFrom('changes').select(['kind', 'object_id', 'revision']).orderBy('seq').execute()).map((row) => ({ ...row }))
  return { database, changes }
}
