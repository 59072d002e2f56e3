import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAt, lintOf } from './lint.ts'

test('pointers of the API become pointers into the flow', () => {
  const pointers = lintOf([
    { pointer: '/spec/steps/0', detail: '' },
    { pointer: '/flows/default-authentication/steps/1/when', detail: '' },
    { pointer: '/spec', detail: '' },
    { pointer: '', detail: '' },
  ]).map(({ pointer }) => pointer)
  assert.deepEqual(pointers, ['/steps/0', '/steps/1/when', '', ''])
})

test('a step has what is said of it and of what is in it, not of its neighbours', () => {
  const [lint] = lintOf([{ pointer: '/spec/steps/1/with/title', detail: '' }])
  assert.deepEqual(
    [isAt(lint!, '/steps/1', true), isAt(lint!, '/steps/1'), isAt(lint!, '/steps', true), isAt(lint!, '/steps/10', true)],
    [true, false, true, false],
  )
})
