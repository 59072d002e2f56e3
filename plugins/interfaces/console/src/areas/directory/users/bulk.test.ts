import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doToEach } from './bulk.ts'
import { generatePassword } from './password.ts'

test('a failure does not keep the others from it, and is told', async () => {
  const seen: number[] = []
  const error = new Error('no')
  const end = await doToEach([1, 2, 3], async (item) => (item === 2 ? Promise.reject(error) : undefined), {
    onProgress: ({ done }) => seen.push(done),
    signal: new AbortController().signal,
  })
  assert.deepEqual(end, { done: 3, failed: [{ item: 2, error }] })
  assert.deepEqual(seen, [1, 2, 3])
})

test('who stops it finds the rest untouched', async () => {
  const stop = new AbortController()
  const end = await doToEach([1, 2, 3], async () => stop.abort(), { onProgress: () => {}, signal: stop.signal })
  assert.equal(end.done, 1)
})

test('a generated password has letters that are told apart, none more often than others', () => {
  assert.match(generatePassword(), /^([a-km-np-zA-HJ-NP-Z2-9]{5}-){3}[a-km-np-zA-HJ-NP-Z2-9]{5}$/)
  assert.notEqual(generatePassword(), generatePassword())
  // Bytes that would make some letters more likely are left out.
  let calls = 0
  assert.equal(
    generatePassword((bytes) => bytes.fill(calls++ === 0 ? 255 : 0)),
    'aaaaa-aaaaa-aaaaa-aaaaa',
  )
})
