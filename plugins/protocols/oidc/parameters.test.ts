import assert from 'node:assert/strict'
import test from 'node:test'
import { readParameters, words } from './parameters.ts'

test('values are form-decoded', () => {
  assert.equal(readParameters('state=a+b%3Dc%C3%A9').parameters['state'], 'a b=cé')
})

test('a parameter without a value counts as omitted', () => {
  assert.equal(readParameters('nonce=&state=1').parameters['nonce'], undefined)
})

test('a parameter that comes twice is named, also when one of the two is empty', () => {
  assert.equal(readParameters('a=1&b=2').repeated, undefined)
  assert.equal(readParameters('a=1&b=2&b=3').repeated, 'b')
  assert.equal(readParameters('a=&a=1').repeated, 'a')
})

test('names of object members are names like any other', () => {
  const { parameters } = readParameters('__proto__=x')
  assert.equal(parameters['constructor'], undefined)
  assert.equal(parameters['__proto__'], 'x')
})

test('a list has each of its members once', () => {
  assert.deepEqual(words('  openid email  openid '), ['openid', 'email'])
  assert.deepEqual(words(undefined), [])
})
