import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsIn, nameIn, objectIn, othersIn, revisionIn } from './detail.ts'

test('details are read whatever is in them', () => {
  for (const odd of [null, undefined, 'text', 7, [1], { object: 'x', fields: 3 }]) {
    assert.equal(objectIn(odd), undefined)
    assert.equal(nameIn(odd), undefined)
    assert.equal(revisionIn(odd), undefined)
    assert.deepEqual(fieldsIn(odd), [])
  }
})

test('a commit tells its revision, with or without a place of its own for it', () => {
  const object = { kind: 'revision', id: '12', name: 'revision 12' }
  assert.equal(revisionIn({ object }), 12)
  assert.equal(revisionIn({ revision: 13 }), 13)
  assert.equal(nameIn({ object }), '#12')
})

test('a change of the directory tells what, which fields, and the rest', () => {
  const detail = { object: { kind: 'user', id: 'a', name: 'ada' }, fields: ['name'], by: 'recover' }
  assert.equal(nameIn(detail), 'ada')
  assert.deepEqual(fieldsIn(detail), ['name'])
  assert.deepEqual(othersIn(detail), [['by', 'recover']])
})
