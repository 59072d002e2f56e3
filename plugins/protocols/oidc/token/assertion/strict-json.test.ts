import assert from 'node:assert/strict'
import test from 'node:test'
import { strictObject } from './strict-json.ts'

const read = (text: string) => strictObject(Buffer.from(text))

test('an object that says each thing once is read', () => {
  for (const text of ['{}', '{"a":{"a":[{"a":1},{"a":2}]},"b":"{\\"a\\":1,\\"a\\":2}"}', '{"\\\\":1,"\\"":2,"a":true,"b":-1.5e3}'])
    assert.deepEqual(read(text), JSON.parse(text))
})

test('what says something twice, is no object or no JSON is not', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":[{"a":1,"c":[],"a":2}]}',
    '[]',
    '1',
    'null',
    '',
    '{"a":1}x',
    '\ufeff{}',
  ])
    assert.equal(read(text), undefined, text)
  assert.equal(strictObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), undefined)
})
