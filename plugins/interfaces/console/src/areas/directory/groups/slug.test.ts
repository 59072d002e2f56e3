import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slugOf } from './slug.ts'

test('names suggest slugs that the API takes', () => {
  const slugs = { 'All of us': 'all-of-us', ' Größe & Öl ': 'grosse-ol', 'Équipe 7': 'equipe-7', 営業: '', '--a--': 'a' }
  for (const [name, slug] of Object.entries(slugs)) assert.equal(slugOf(name), slug)
  assert.equal(slugOf('x'.repeat(300)).length, 100)
})
