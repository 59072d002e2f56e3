import assert from 'node:assert/strict'
import test from 'node:test'
import { firstIdAt, orderedIds } from './ids.ts'

test('ids are UUIDs version 7 of their time, in order, at any speed and with any clock', () => {
  const next = orderedIds()
  const start = Date.UTC(2026, 0, 1)
  const times = [...Array(10_000).fill(start), start + 7, start - 5000, start + 7, start + 8]
  const ids = times.map(next)
  assert.deepEqual(ids, ids.toSorted())
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(Number.parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16), start)
})

test('a moment begins before all ids of it and after all ids before it', () => {
  const next = orderedIds()
  const at = Date.UTC(2026, 0, 1)
  assert.ok(next(at - 1) < firstIdAt(at) && firstIdAt(at) < next(at))
})
