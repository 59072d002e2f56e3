import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spanOf } from './uptime.ts'

test('a length of time is told in its two largest units', () => {
  assert.deepEqual(spanOf(5), [[1, 'minute']])
  assert.deepEqual(spanOf(3 * 3600 + 62), [
    [3, 'hour'],
    [1, 'minute'],
  ])
  assert.deepEqual(spanOf(86_400 * 2 + 59), [[2, 'day']])
})
