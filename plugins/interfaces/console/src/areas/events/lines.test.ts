import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineDiff } from './lines.ts'

const shown = (before: string, after: string) => {
  const signs = { same: ' ', removed: '-', added: '+' }
  return lineDiff(before, after).map(({ is, text }) => signs[is] + text)
}

test('lines are compared with what stays the same around them', () => {
  assert.deepEqual(shown('a\nb\nc\n', 'a\nx\nc\nd\n'), [' a', '-b', '+x', ' c', '+d'])
  assert.deepEqual(shown('', 'a\n'), ['+a'])
  assert.deepEqual(shown('a\n', ''), ['-a'])
  assert.deepEqual(shown('a', 'a'), [' a'])
})

test('what is too long is told whole', () => {
  const long = 'x\n'.repeat(2001)
  assert.equal(shown(long, long).length, 4002)
})
