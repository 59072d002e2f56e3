import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../core/data/fixture.ts'
import { databaseStore } from '../../core/store/database.ts'
import { storeContract } from './store.ts'

const open = async () => {
  const database = await testDatabase()
  return database
}

storeContract('database', async (clock) => {
  const database = await open()
  return { store: databaseStore(database, clock), close: () => database.close() }
})

test('pruning deletes what has expired, and that only', async () => {
  const database = await open()
  let at = 0
  const store = databaseStore(database, { now: () => new Date(at) })
  for (let i = 0; i < 1200; i++) await store.put(`old ${i}`, i, 1)
  await store.put('new', 1, 10)
  at = 1000
  assert.equal(await store.prune(), 1200)
  assert.equal(await store.prune(), 0)
  assert.deepEqual(await database.sql.selectFrom('short_lived').select('key').execute(), [{ key: 'new' }])
  await database.close()
})
