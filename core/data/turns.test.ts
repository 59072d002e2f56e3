import assert from 'node:assert/strict'
import { test } from 'node:test'
import { turns } from './turns.ts'

test('turns come one at a time, in order', async () => {
  const turn = turns(10_000)
  const log: string[] = []
  const work = async (name: string) => {
    await turn.take()
    log.push(`${name} begins`)
    await new Promise(setImmediate)
    log.push(`${name} ends`)
    turn.give()
  }
  await Promise.all([work('a'), work('b'), work('c')])
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('who waits for itself is told, and holds nobody up afterwards', async () => {
  const turn = turns(5)
  await turn.take()
  await assert.rejects(turn.take(), /inside a transaction, write through it only/)
  turn.give()
  await turn.take()
  const next = turn.take()
  turn.give()
  await next
})
