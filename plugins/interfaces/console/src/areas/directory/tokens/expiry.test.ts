import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endAfter, endsSoon } from './expiry.ts'

test('two weeks before its end a token ends soon', () => {
  const now = Date.parse('2030-01-01T00:00:00Z')
  assert.equal(endsSoon('2030-01-14T23:59:00Z', now), true)
  assert.equal(endsSoon('2030-01-15T00:00:00Z', now), false)
  assert.equal(endAfter(30, now), '2030-01-31T00:00:00.000Z')
  assert.equal(endAfter(null, now), null)
})
