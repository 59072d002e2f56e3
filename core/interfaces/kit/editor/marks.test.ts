import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Mark, rangeOf } from './marks.ts'

const text = 'user.isInGroup("a") and x\n  && true'
const marked = (mark: Omit<Mark, 'detail'>, within = text) => {
  const { from, to } = rangeOf(within, { detail: '', ...mark })
  return within.slice(from, to)
}

test('a mark is the word that stands there, with what hangs on it', () => {
  assert.equal(marked({ line: 1, column: 21 }), 'and')
  assert.equal(marked({ line: 1, column: 1 }), 'user.isInGroup')
  assert.equal(marked({ line: 2, column: 3 }), '&&')
})

test('or as long as it says', () => {
  assert.equal(marked({ line: 1, column: 1, length: 19 }), 'user.isInGroup("a")')
  assert.equal(marked({ line: 2, column: 3, length: 500 }), '&& true')
})

test('at the end of a line it is the character before, and it never lies outside of the text', () => {
  assert.equal(marked({ line: 1, column: 26 }), 'x')
  assert.equal(marked({ line: 99, column: 99 }), 'e')
  assert.equal(marked({}), 'user.isInGroup')
  assert.deepEqual(rangeOf('', { line: 3, column: 4, detail: '' }), { from: 0, to: 0 })
})
