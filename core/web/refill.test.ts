import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal, type Field, screen } from '../api/index.ts'
import { refill } from './refill.ts'

const label = literal('x')
const again = (field: Field, answer: Record<string, unknown>) => refill(screen(label, field), answer).nodes[0]

test('what was typed is shown again', () => {
  const text: Field = { node: 'field', input: 'text', name: 'a', label, value: 'before' }
  assert.deepEqual(again(text, { a: 'after' }), { ...text, value: 'after' })
  assert.deepEqual(again(text, { a: 3 }), { ...text, value: '3' })
  assert.deepEqual(again(text, {}), text)
  assert.deepEqual(again(text, { a: { b: 'c' } }), text)
})

test('a box that was ticked stays ticked, one that was cleared stays clear', () => {
  const check: Field = { node: 'field', input: 'check', name: 'a', label, checked: true }
  assert.deepEqual(again(check, { a: true }), { ...check, checked: true })
  assert.deepEqual(again(check, {}), { ...check, checked: false })
})

test('passwords, codes and hidden values never come from the answer', () => {
  for (const input of ['password', 'code'] as const) {
    const field: Field = { node: 'field', input, name: 'a', label }
    assert.deepEqual(again(field, { a: 'secret' }), field)
  }
  const hidden: Field = { node: 'field', input: 'hidden', name: 'a', value: 'kept' }
  assert.deepEqual(again(hidden, { a: 'changed' }), hidden)
})
