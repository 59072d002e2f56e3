import assert from 'node:assert/strict'
import test from 'node:test'
import { localized } from './text.ts'

test('one text is for everybody', () => {
  assert.deepEqual(localized('Welcome', 'de'), { text: 'Welcome' })
})

test('a text per language is looked up by ever shorter tags, then English, then the first', () => {
  const text = { de: 'Hallo', 'de-CH': 'Grüezi', en: 'Hello' }
  assert.deepEqual(localized(text, 'de-CH'), { text: 'Grüezi' })
  assert.deepEqual(localized(text, 'de-AT-1996'), { text: 'Hallo' })
  assert.deepEqual(localized(text, 'fr'), { text: 'Hello' })
  assert.deepEqual(localized({ de: 'Hallo' }, 'fr'), { text: 'Hallo' })
})

test('a locale from a request never reaches into the object itself', () => {
  assert.deepEqual(localized({ en: 'Hello' }, 'constructor'), { text: 'Hello' })
  assert.deepEqual(localized({ en: 'Hello' }, '__proto__'), { text: 'Hello' })
})
