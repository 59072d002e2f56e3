import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPreset, localOf, momentOf, sinceOf } from './range.ts'

test('a preset begins at a full minute', () => {
  const now = Date.UTC(2026, 1, 3, 4, 5, 6)
  assert.equal(sinceOf('1h', now), '2026-02-03T03:05:00.000Z')
  assert.equal(sinceOf('7d', now), '2026-01-27T04:05:00.000Z')
  assert.ok(isPreset('24h') && !isPreset('toString'))
})

test('moments go into fields and come back', () => {
  const at = '2026-02-03T04:05:00.000Z'
  assert.equal(momentOf(localOf(at)), at)
  assert.equal(localOf('yesterday'), '')
  assert.equal(momentOf(''), undefined)
})
