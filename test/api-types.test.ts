import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCurrent } from './tools/api-types.ts'
import { isExpressionTypesCurrent } from './tools/expression-types.ts'

test('what the interfaces know of the API is what its routes say', () => {
  assert.ok(isCurrent(), 'run `npm run docs`')
})

test('what editors know of expressions is what the policies say', () => {
  assert.ok(isExpressionTypesCurrent(), 'run `npm run docs`')
})
