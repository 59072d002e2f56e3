import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latestChange, readChanges, userChanged } from './changes.ts'
import { directoryFixture } from './fixture.ts'
import { createUser } from './write-users.ts'

test('readers follow the feed from where they were', async () => {
  const { database } = await directoryFixture()
  assert.equal(await latestChange(database), 0)
  assert.deepEqual(await readChanges(database, 0, 10), [])
  const ids = await database.transaction((tx) => Promise.all(['a', 'b', 'c'].map((username) => createUser(tx, { username }, 1))))
  const lost = database.transaction(async (tx) => {
    await userChanged(tx, ids[0]!, 2)
    throw new Error('undone')
  })
  await assert.rejects(lost, /undone/)
  await database.transaction((tx) => userChanged(tx, ids[1]!, 3))
  const first = await readChanges(database, 0, 3)
  const rest = await readChanges(database, first.at(-1)!.seq, 3)
  assert.deepEqual(
    [...first, ...rest].map(({ object_id, revision, at }) => [ids.indexOf(object_id), revision, at]),
    [
      [0, 1, 1],
      [1, 1, 1],
      [2, 1, 1],
      [1, 2, 3],
    ],
  )
  assert.equal(await latestChange(database), rest.at(-1)!.seq)
  await database.close()
})

test('what does not exist cannot have changed', async () => {
  const { database } = await directoryFixture()
  await assert.rejects(
    database.transaction((tx) => userChanged(tx, 'nobody', 1)),
    /no result/,
  )
  await database.close()
})
