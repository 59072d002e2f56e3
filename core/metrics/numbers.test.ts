import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCounter, createHistogram } from './numbers.ts'

test('a duration falls into the first bucket that is not below it', () => {
  const histogram = createHistogram([1, 10])
  for (const ms of [0.5, 1, 1.5, 10, 11, 5000]) histogram.add('a', ms)
  const [[, series]] = [...histogram.values()] as [readonly [string, { buckets: Float64Array; count: number; sum: number }]]
  assert.deepEqual([[...series.buckets], series.count, series.sum], [[2, 2, 2], 6, 5024])
})

test('series end at a bound, and what comes beyond it is still counted', () => {
  const counter = createCounter()
  const histogram = createHistogram([1])
  for (let n = 0; n < 5000; n++) {
    counter.add(`made up ${n}`)
    histogram.add(`made up ${n}`, 1)
  }
  const counted = [...counter.values()]
  assert.ok(counted.length <= 2001, `${counted.length}`)
  assert.equal(
    counted.reduce((sum, [, value]) => sum + value, 0),
    5000,
  )
  const measured = [...histogram.values()]
  assert.ok(measured.length <= 2001, `${measured.length}`)
  assert.equal(
    measured.reduce((sum, [, { count }]) => sum + count, 0),
    5000,
  )
})
