import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { apiFile, publicApi } from './tools/public-api.ts'

test('core/api/api.txt says what plugins can use; after a wanted change, run `npm run api`', () => {
  assert.equal(readFileSync(apiFile, 'utf8'), publicApi())
})
