import assert from 'node:assert/strict'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { groupedCommits } from './commits.ts'
import { turns } from './turns.ts'

const opened = (t: { after(end: () => void): void }) => {
  const database = new BetterSqlite(':memory:')
  t.after(() => database.close())
  database.exec('create table things (id integer primary key, of integer references things (id) deferrable initially deferred)')
  database.pragma('foreign_keys = on')
  const turn = turns(20)
  const committed = groupedCommits(database, turn)
  const insert = database.prepare('insert into things values (?, ?)')
  return {
    turn,
    insert: (id: number, of: number | null = null) => committed(() => insert.run([id, of])),
    ids: () =>
      database
        .prepare('select id from things order by id')
        .all([])
        .map((row) => (row as { id: number }).id),
  }
}

test('statements of one turn of the event loop are written together, and one that fails fails alone', async (t) => {
  const { insert, ids } = opened(t)
  const outcomes = await Promise.allSettled([insert(1), insert(1), insert(2)])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(ids(), [1, 2])
})

test('nobody is told before the commit, and where that fails all are told so', async (t) => {
  const { insert, ids } = opened(t)
  // What 3 refers to is missed at the commit only.
  const outcomes = await Promise.allSettled([insert(1), insert(3, 7)])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason)),
    ['SqliteError: FOREIGN KEY constraint failed', 'SqliteError: FOREIGN KEY constraint failed'],
  )
  assert.deepEqual(ids(), [])
  await insert(4)
  assert.deepEqual(ids(), [4])
})

test('they wait for a transaction to end, and not for ever', async (t) => {
  const { turn, insert, ids } = opened(t)
  await turn.take()
  await assert.rejects(Promise.all([insert(1), insert(2)]), /inside a transaction, write through it only/)
  const later = insert(3)
  turn.give()
  await later
  assert.deepEqual(ids(), [3])
})
