import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { createSeal, Unsealable } from './seal.ts'

const key = randomBytes(32).toString('base64')
const seal = createSeal(key)

test('what is sealed opens again, with the same key in another process too', () => {
  for (const plain of ['', 'secret', 'Zoë '.repeat(1000)]) {
    const sealed = seal.seal(plain, 'provider/flaskdemo')
    assert.ok(plain === '' || !sealed.includes(plain))
    assert.equal(createSeal(key).open(sealed, 'provider/flaskdemo'), plain)
  }
  assert.notEqual(seal.seal('secret', 'a'), seal.seal('secret', 'a'))
})

test('it opens for what it belongs to only, and under its own key only', () => {
  const sealed = seal.seal('secret', 'provider/a')
  assert.throws(() => seal.open(sealed, 'provider/b'), Unsealable)
  assert.throws(() => createSeal(randomBytes(32).toString('base64')).open(sealed, 'provider/a'), /SLUICE_SECRET_KEY/)
})

test('any changed, missing or foreign byte is refused', () => {
  const sealed = seal.seal('secret', 'a')
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    assert.throws(() => seal.open(`v1.${changed.toString('base64url')}`, 'a'), Unsealable)
  }
  for (const broken of ['', 'v1', 'v1.', 'v2.AAAA', sealed.slice(0, 20), sealed.slice(0, -4)])
    assert.throws(() => seal.open(broken, 'a'), Unsealable)
})

test('derived keys differ by purpose and by secret key, and stay the same', () => {
  assert.equal(seal.derive('csrf').length, 32)
  assert.deepEqual(seal.derive('csrf'), createSeal(key).derive('csrf'))
  assert.notDeepEqual(seal.derive('csrf'), seal.derive('refresh-token'))
  assert.notDeepEqual(seal.derive('csrf'), createSeal(`${key}x`).derive('csrf'))
})

test('a short secret key is refused with its length and the fix, and is not printed', () => {
  assert.throws(
    () => createSeal('too-short-key'),
    (error: Error) => /13 characters.*openssl rand/.test(error.message) && !error.message.includes('too-short'),
  )
})
