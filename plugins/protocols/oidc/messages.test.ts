import assert from 'node:assert/strict'
import test from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { reasons } from './errors.ts'
import plugin from './plugin.ts'
import { scopeNames } from './settings.ts'

const { en, de } = plugin.messages as { en: Record<string, string>; de: Record<string, string> }

test('German says all that English says', () => {
  assert.deepEqual(Object.keys(de).toSorted(), Object.keys(en).toSorted())
})

test('every text is a message of the ICU', () => {
  for (const [language, texts] of Object.entries({ en, de }))
    for (const [key, text] of Object.entries(texts)) assert.equal(new IntlMessageFormat(text, language).format(), text, key)
})

test('every scope has a text', () => {
  for (const name of scopeNames) assert.ok(en[`oidc.scope.${name}`], name)
})

test('every reason for a page has what is wrong and what to do', () => {
  for (const why of reasons) assert.ok(en[`oidc.refused.${why}`] && en[`oidc.refused.${why}.fix`], why)
})
