import assert from 'node:assert/strict'
import test from 'node:test'
import { createHasher, maxPasswordBytes, PasswordTooLong } from './hashing.ts'
import { Busy, createSemaphore } from './semaphore.ts'

const hasher = createHasher()

test('a hash is Argon2id with the stated parameters and verifies its own password only', async () => {
  const phc = await hasher.hash('correct horse')
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await hasher.verify(phc, 'correct horse'), true)
  assert.equal(await hasher.verify(phc, 'correct horsf'), false)
  assert.equal(await hasher.verify(phc, ''), false)
})

test('composed and decomposed characters are the same password', async () => {
  const phc = await hasher.hash('Zoe\u0308')
  assert.equal(await hasher.verify(phc, 'Zo\u00eb'), true)
})

test('without a hash, or with one that cannot be read, the answer is no', async () => {
  assert.equal(await hasher.verify(undefined, ''), false)
  assert.equal(await hasher.verify(undefined, 'x'), false)
  for (const broken of ['', 'plain', '$argon2id$', '$2b$10$abcdefghijklmnopqrstuv'])
    assert.equal(await hasher.verify(broken, broken), false)
})

test('a password is never cut off: up to the limit each byte counts, beyond it the password is refused', async () => {
  const longest = 'a'.repeat(maxPasswordBytes)
  const phc = await hasher.hash(longest)
  assert.equal(await hasher.verify(phc, longest), true)
  assert.equal(await hasher.verify(phc, `${longest.slice(0, -1)}b`), false)
  assert.equal(await hasher.verify(phc, `${longest}a`), false)
  await assert.rejects(hasher.hash(`${longest}a`), PasswordTooLong)
  await assert.rejects(hasher.hash('é'.repeat(maxPasswordBytes / 2 + 1)), PasswordTooLong)
  assert.equal(await hasher.verify(phc, 'a'.repeat(1 << 20)), false)
})

test('no more run at a time than allowed, in order, and a full queue refuses', async () => {
  const semaphore = createSemaphore(2, 3)
  const gates: (() => void)[] = []
  const started: number[] = []
  const enter = (n: number) =>
    semaphore.take(async () => {
      started.push(n)
      await new Promise<void>((resolve) => gates.push(resolve))
      if (n === 0) throw new Error('fails')
      return n
    })
  const all = [0, 1, 2, 3, 4].map(enter)
  const failed = assert.rejects(all[0]!, /fails/)
  assert.deepEqual(started, [0, 1])
  assert.equal(semaphore.waiting, 3)
  await assert.rejects(enter(5), Busy)
  for (let done = 0; done < 5; done++) {
    gates[done]!()
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(started.length <= done + 3)
  }
  await failed
  assert.deepEqual(started, [0, 1, 2, 3, 4])
  assert.deepEqual(await Promise.all(all.slice(1)), [1, 2, 3, 4])
  assert.equal(semaphore.waiting, 0)
  assert.equal(await semaphore.take(async () => 'again'), 'again')
})

test('more hashes than may wait are refused as busy, the others are made', async () => {
  const narrow = createHasher({ concurrency: 1, maxWaiting: 2 })
  const calls = Array.from({ length: 5 }, () => narrow.hash('secret').catch((error: unknown) => error))
  assert.equal(narrow.waiting, 2)
  const results = await Promise.all(calls)
  assert.ok(results.slice(0, 3).every((phc) => typeof phc === 'string'))
  assert.ok(results.slice(3).every((error) => error instanceof Busy && error.retryAfter === 1))
})
