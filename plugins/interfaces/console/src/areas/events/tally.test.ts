import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tally } from './tally.ts'

test('changes of the same kind and way are counted together', () => {
  assert.deepEqual(
    tally([
      { kind: 'flows', change: 'update' },
      { kind: 'applications', change: 'create' },
      { kind: 'flows', change: 'delete' },
      { kind: 'flows', change: 'update' },
    ]),
    [
      { kind: 'flows', change: 'update', count: 2 },
      { kind: 'applications', change: 'create', count: 1 },
      { kind: 'flows', change: 'delete', count: 1 },
    ],
  )
  assert.deepEqual(tally([]), [])
})
