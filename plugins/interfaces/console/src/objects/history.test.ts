import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf } from './history.ts'

test('the history of an object follows it through its slugs', () => {
  const revision = (number: number, ...changes: object[]) =>
    ({ number, at: 't', actor: { type: 'user', name: 'ada' }, message: '', changes }) as any
  const all = [
    revision(4, { kind: 'providers', slug: 'new', change: 'update', fields: [{ pointer: '/name' }] }),
    revision(3, { kind: 'providers', slug: 'old', change: 'rename', to: 'new' }, { kind: 'applications', slug: 'new', change: 'update' }),
    revision(2, { kind: 'providers', slug: 'new', change: 'delete' }),
    revision(1, { kind: 'providers', slug: 'old', change: 'create' }),
  ]
  assert.deepEqual(
    changesOf(all, { kind: 'providers', slug: 'new' }).map(({ number, change }) => [number, change]),
    [
      [4, 'update'],
      [3, 'rename'],
      [1, 'create'],
    ],
  )
})
