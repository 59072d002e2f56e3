import assert from 'node:assert/strict'
import test from 'node:test'
import { readNewPassword } from './new-password.ts'

const field = { key: 'password', type: 'password', required: true } as const
const read = (password: string, repeated = password, required = true) =>
  readNewPassword({ ...field, required }, { password, 'password-repeat': repeated })
const tooShort = { errors: { password: { key: 'prompt.password-too-short', params: { least: 8 } } } }
const tooLong = { errors: { password: { key: 'prompt.password-too-long', params: { most: 4096 } } } }

test('eight code points are enough, seven are not', () => {
  assert.deepEqual(read('12345678'), { password: '12345678' })
  assert.deepEqual(read('1234567'), tooShort)
  assert.deepEqual(read('🔑🔑🔑🔑🔑🔑🔑'), tooShort)
  assert.deepEqual(read('🔑🔑🔑🔑🔑🔑🔑🔑'), { password: '🔑🔑🔑🔑🔑🔑🔑🔑' })
})

test('letters with separate accents count once', () => {
  assert.deepEqual(read('e\u0301e\u0301e\u0301e\u0301'), tooShort)
})

test('4096 bytes are the most, however few characters they are', () => {
  assert.deepEqual(read('x'.repeat(4096)), { password: 'x'.repeat(4096) })
  assert.deepEqual(read('x'.repeat(4097)), tooLong)
  assert.deepEqual(read('€'.repeat(1366)), tooLong)
  assert.deepEqual(read('x'.repeat(1_000_000)), tooLong)
})

test('both must be the same, whatever Unicode form the keyboard makes', () => {
  assert.deepEqual(read('correct horse', 'correct house'), { errors: { 'password-repeat': { key: 'prompt.password-differs' } } })
  assert.deepEqual(read('correct horse', ''), { errors: { 'password-repeat': { key: 'prompt.password-differs' } } })
  assert.deepEqual(read('m\u00fcnchen-zoo', 'mu\u0308nchen-zoo'), { password: 'm\u00fcnchen-zoo' })
})

test('nothing in it is changed or cut: spaces at the ends, NUL bytes', () => {
  assert.deepEqual(read('  12345\0 8  '), { password: '  12345\0 8  ' })
})

test('an optional one may stay empty, but only as a whole', () => {
  assert.deepEqual(read('', '', false), { password: undefined })
  assert.deepEqual(read('', 'correct horse', false), { errors: { password: { key: 'prompt.required' } } })
  assert.deepEqual(read('', ''), { errors: { password: { key: 'prompt.required' } } })
})
