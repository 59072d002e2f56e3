import assert from 'node:assert/strict'
import test from 'node:test'
import { accessFixture } from '../access/fixture.ts'
import { prepare } from './prepared.ts'

test('a query is built once and run with the values of each call, wherever they stand in it', async (t) => {
  const { database, addUser } = await accessFixture()
  t.after(() => database.close())
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  let built = 0
  const find = prepare(database, (given: { readonly name: string; readonly id: string; readonly enabled: boolean }) => {
    built++
    return database.sql
      .selectFrom('users')
      .select(['id', 'username'])
      .where('enabled', '=', given.enabled)
      .where((eb) => eb.or([eb('username', '=', given.name), eb('id', '=', given.id)]))
      .orderBy('username')
  })
  assert.deepEqual(await find({ name: 'ada', id: bob, enabled: true }), [
    { id: ada, username: 'ada' },
    { id: bob, username: 'bob' },
  ])
  assert.deepEqual(await find({ name: 'ada', id: '', enabled: true }), [{ id: ada, username: 'ada' }])
  assert.deepEqual(await find({ name: 'ada', id: bob, enabled: false }), [])
  assert.equal(built, 1)
})
