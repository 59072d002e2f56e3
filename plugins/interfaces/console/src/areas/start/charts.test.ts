import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byDay, daysBefore, localDay } from './buckets.ts'
import { labelled, ticksTo } from './scale.ts'

test('an axis has round and whole marks that hold all of it', () => {
  assert.deepEqual(ticksTo(0), [0, 1])
  assert.deepEqual(ticksTo(1), [0, 1])
  assert.deepEqual(ticksTo(3), [0, 1, 2, 3])
  assert.deepEqual(ticksTo(17), [0, 5, 10, 15, 20])
  assert.deepEqual(ticksTo(1234), [0, 500, 1000, 1500])
  for (let most = 0; most < 3000; most += 7) {
    const ticks = ticksTo(most)
    assert.ok(ticks.at(-1)! >= most && ticks.length <= 6 && ticks.every(Number.isInteger), `${most}: ${ticks.join()}`)
  }
})

test('labels have room, and the newest column has one', () => {
  assert.deepEqual(
    [...labelled(24, 6)].toSorted((a, b) => a - b),
    [3, 7, 11, 15, 19, 23],
  )
  assert.deepEqual([...labelled(3, 10)].toSorted(), [0, 1, 2])
  assert.deepEqual([...labelled(0, 5)], [])
})

test('hours are gathered into the days of who looks', () => {
  const hour = (at: number, succeeded: number) => ({ at: new Date(Date.UTC(2026, 0, 1, at)).toISOString(), succeeded, failed: 1 })
  const plusTwo = (at: Date) => new Date(at.getTime() + 7_200_000).toISOString().slice(0, 10)
  const hours = [hour(20, 1), hour(21, 2), hour(22, 4), hour(23, 8)]
  assert.deepEqual(
    byDay(hours, plusTwo).map(({ succeeded, failed }) => [succeeded, failed]),
    [
      [3, 2],
      [12, 2],
    ],
  )
  assert.equal(byDay(hours, plusTwo)[1]?.at, hours[2]?.at)
})

test('a day begins where it does for who looks', () => {
  const now = new Date(2026, 2, 31, 15, 30)
  assert.equal(localDay(daysBefore(now, 6)), '2026-3-25')
  assert.deepEqual([daysBefore(now, 6).getHours(), daysBefore(now, 0).getMinutes()], [0, 0])
})
