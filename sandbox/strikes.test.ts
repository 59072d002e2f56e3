import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrikes } from './strikes.ts'

test('three strikes within five minutes, and a program is out until five minutes after the last', () => {
  let now = 0
  const strikes = createStrikes(() => now)
  strikes.add('a')
  strikes.add('a')
  assert.equal(strikes.out('a'), false)
  now = 299_999
  strikes.add('a')
  assert.equal(strikes.out('a'), true)
  assert.equal(strikes.out('b'), false)
  now = 599_998
  assert.equal(strikes.out('a'), true)
  now = 599_999
  assert.equal(strikes.out('a'), false)
  strikes.add('a')
  assert.equal(strikes.out('a'), false)
})

test('strikes of no more than a thousand programs are kept', () => {
  const strikes = createStrikes(() => 0)
  for (let time = 0; time < 3; time++) strikes.add('first')
  for (let at = 0; at < 1000; at++) strikes.add(`${at}`)
  assert.equal(strikes.out('first'), false)
})
