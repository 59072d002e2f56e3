import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCurrent } from './tools/api-types.ts'

test('what the interfaces know of the API is what its routes say', () => {
  assert.ok(isCurrent(), 'run `npm run docs`')
})
