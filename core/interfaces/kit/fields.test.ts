import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLong, partsOf, valueText } from './fields.ts'

test('a pointer is read as people would say it', () => {
  assert.deepEqual(partsOf('/with/redirectUris/0'), ['with', 'redirectUris', '1'])
  assert.deepEqual(partsOf('/claims/https:~1~1a.example~1b~0c'), ['claims', 'https://a.example/b~c'])
  assert.deepEqual(partsOf(''), [])
})

test('values are readable, and long ones are known', () => {
  assert.equal(valueText('a text'), 'a text')
  assert.equal(valueText(false), 'false')
  assert.equal(valueText({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}')
  assert.equal(valueText(undefined), '')
  assert.ok(isLong('x'.repeat(300)) && isLong('\n'.repeat(9)) && !isLong('short'))
})
