import assert from 'node:assert/strict'
import test from 'node:test'
import { createSeal } from '../../keys/seal.ts'
import { createCursors } from './cursors.ts'
import { ApiProblem } from './problem.ts'

const cursors = createCursors(createSeal('a secret key of thirty-two characters'))
const refused = (list: string, cursor: string) =>
  assert.throws(
    () => cursors.read(list, cursor),
    (error) => error instanceof ApiProblem && error.body.status === 400 && error.body.code === 'invalid-cursor',
    cursor,
  )

test('a cursor says where a page ended, whatever is in it', () => {
  for (const place of [
    { value: 'ada', id: 'a' },
    { value: 1_700_000_000_000, id: 7 },
    { value: '"\\\u0000ß', id: '' },
  ])
    assert.deepEqual(cursors.read('users', cursors.write('users', place)), place)
})

test('a cursor of another list, another key or nobody is none', () => {
  const good = cursors.write('users', { value: 'ada', id: 'a' })
  refused('groups', good)
  refused('users', createCursors(createSeal('another secret key of 32 characters!')).write('users', { value: 'ada', id: 'a' }))
  for (const made of ['', 'x', 'A'.repeat(500), `${good}A`, good.slice(0, -2), Buffer.from('["ada","a"]').toString('base64url')])
    refused('users', made)
})

test('a cursor with any bit changed is none', () => {
  const bytes = Buffer.from(cursors.write('users', { value: 'ada', id: 'a' }), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    refused('users', changed.toString('base64url'))
  }
})
