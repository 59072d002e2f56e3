import assert from 'node:assert/strict'
import test from 'node:test'
import { isReadable, localized } from './text.ts'

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

test('text that people read has no signs that they cannot see, or that turn what they see', () => {
  for (const good of ['', 'Ada Lovelace', 'عَلِيّ', 'נועה', '👩‍💻', 'a\u200eb']) assert.ok(isReadable(good), good)
  for (const bad of ['a\0', '\u001b[2J', 'a\r\nb', 'a\nb', 'a\tb', 'a\u0085b', '\u202egnp.exe', 'a\u2066b', 'a\u2069', '\ud800'])
    assert.ok(!isReadable(bad), JSON.stringify(bad))
  assert.ok(isReadable('a\n\tb', { several: true }))
  for (const bad of ['a\0\n', 'a\r\n', '\n\u202ea']) assert.ok(!isReadable(bad, { several: true }), JSON.stringify(bad))
})
