import assert from 'node:assert/strict'
import { test } from 'node:test'
import plugin from './plugin.ts'

test('the portal stands where people of other identity providers look for it', () => {
  assert.deepEqual(
    plugin.interfaces?.map(({ kind, path }) => [kind, path]),
    [['portal', '/if/user/']],
  )
})
