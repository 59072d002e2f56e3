import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore, time } from '../test/ports.ts'
import { countedGuesses } from './guesses.ts'

const setUp = () => {
  const clock = time()
  const store = memoryStore(clock)
  return { clock, store, here: countedGuesses({ store, clock }), there: countedGuesses({ store, clock }) }
}
const times = (count: number, fail: () => Promise<boolean>) => Promise.all(Array.from({ length: count }, fail))

test('who was right costs one read a second', async () => {
  const { clock, store, here } = setUp()
  for (let asked = 0; asked < 20; asked++) assert.equal(await here.areTooMany('app', '192.0.2.1'), false)
  assert.equal(store.calls, 1)
  clock.pass(1)
  assert.equal(await here.areTooMany('app', '192.0.2.1'), false)
  assert.equal(store.calls, 2)
})

test('a failure counts before it has reached the store', async () => {
  const { here } = setUp()
  assert.equal(await here.areTooMany('app', '192.0.2.1'), false)
  const failing = times(30, () => here.failed('app', '192.0.2.1'))
  assert.equal(await here.areTooMany('app', '192.0.2.1'), true)
  assert.deepEqual(new Set(await failing), new Set([false]))
  assert.equal(await here.failed('app', '192.0.2.1'), true)
})

test('those of another replica count after a second', async () => {
  const { clock, here, there } = setUp()
  assert.equal(await there.areTooMany('app', '192.0.2.1'), false)
  await times(30, () => here.failed('app', '192.0.2.1'))
  clock.pass(1)
  assert.equal(await there.areTooMany('app', '192.0.2.1'), true)
  assert.equal(await there.areTooMany('other', '192.0.2.1'), false)
  assert.equal(await there.areTooMany('app', '198.51.100.1'), false)
  clock.pass(15 * 60)
  assert.equal(await there.areTooMany('app', '192.0.2.1'), false)
})

test('a clock that is put back keeps no count for longer', async () => {
  const { clock, here, there } = setUp()
  assert.equal(await there.areTooMany('app', '192.0.2.1'), false)
  clock.pass(-3600)
  await times(30, () => here.failed('app', '192.0.2.1'))
  assert.equal(await there.areTooMany('app', '192.0.2.1'), true)
})

test('a failure that the store does not take is an error, and counts no more', async () => {
  const { store, here } = setUp()
  const { increment } = store
  store.increment = () => Promise.reject(new Error('away'))
  await assert.rejects(
    times(30, () => here.failed('app', '192.0.2.1')),
    /away/,
  )
  store.increment = increment
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(await here.areTooMany('app', '192.0.2.1'), false)
})
