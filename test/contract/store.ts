import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Clock, Json, Store } from '../../core/api/index.ts'
import { scoped } from '../../core/store/scoped.ts'

type Made = { readonly store: Store; close(): Promise<void> }

/** What every implementation of the port `store` keeps to. `make` is called once; the clock it gets is the suite's. */
export const storeContract = (name: string, make: (clock: Clock) => Promise<Made>): void => {
  describe(`store: ${name}`, () => {
    let at = Date.UTC(2030, 0, 1)
    const later = (seconds: number) => void (at += seconds * 1000)
    let made: Made
    let store: Store
    let next = 0
    const key = () => `key-${next++}`
    before(async () => {
      made = await make({ now: () => new Date(at) })
      store = made.store
    })
    after(() => made.close())

    test('an entry is there until its lifetime ends', async () => {
      const k = key()
      assert.equal(await store.get(k), undefined)
      await store.put(k, 'a', 10)
      later(9.999)
      assert.equal((await store.get(k))?.value, 'a')
      later(0.001)
      assert.equal(await store.get(k), undefined)
      assert.equal(await store.take(k), undefined)
    })

    test('a second put replaces value, version and lifetime', async () => {
      const k = key()
      await store.put(k, 'a', 10)
      const first = await store.get(k)
      await store.put(k, 'b', 20)
      later(15)
      const second = await store.get(k)
      assert.equal(second?.value, 'b')
      assert.notEqual(second.version, first?.version)
    })

    test('a lifetime that is none is refused', async () => {
      for (const ttl of [0, -1, Number.NaN, Infinity]) await assert.rejects(async () => store.put(key(), 'a', ttl), RangeError)
    })

    const values: Json[] = [
      null,
      true,
      false,
      0,
      -1.5,
      1e21,
      '',
      'ä"\\\u0000😀\u2028',
      [],
      {},
      [1, [2, { a: null }]],
      { 'a.b': { 'ü"': [false] } },
      '"',
      'null',
      '5',
    ]
    for (const value of values) {
      test(`comes back as it was: ${JSON.stringify(value)}`, async () => {
        const k = key()
        await store.put(k, value, 10)
        assert.deepEqual((await store.get(k))?.value, value)
        assert.deepEqual(await store.take(k), { taken: value })
        await store.put(k, value, 10)
        assert.deepEqual(await store.take(k, { leave: value }), { taken: value })
        assert.deepEqual(await store.take(k), { left: value })
      })
    }

    test('keys differ by every character', async () => {
      const keys = [
        '',
        ' ',
        'a',
        'A',
        'a ',
        'ä',
        'a\u0308',
        '%',
        '_',
        "'",
        '"',
        '\\',
        'a:b',
        'a/b',
        '\n',
        '😀',
        '*',
        '?',
        '{a}',
        'x'.repeat(2000),
      ]
      for (const [i, k] of keys.entries()) await store.put(`odd ${k}`, i, 10)
      for (const [i, k] of keys.entries()) assert.equal((await store.get(`odd ${k}`))?.value, i, JSON.stringify(k))
    })

    test('of 100 takers one gets it', async () => {
      const k = key()
      await store.put(k, { code: 1 }, 10)
      const got = await Promise.all(Array.from({ length: 100 }, () => store.take(k)))
      assert.deepEqual(got.filter(Boolean), [{ taken: { code: 1 } }])
    })

    test('of 100 takers one gets it and 99 what was left', async () => {
      const k = key()
      await store.put(k, 'code', 10)
      const got = await Promise.all(Array.from({ length: 100 }, (_, i) => store.take(k, { leave: `by ${i}` })))
      const winner = got.findIndex((one) => one && 'taken' in one)
      assert.deepEqual(got[winner], { taken: 'code' })
      assert.deepEqual(
        got.filter((_, i) => i !== winner),
        Array.from({ length: 99 }, () => ({ left: `by ${winner}` })),
      )
    })

    test('of 100 takers that keep it one gets it, and 99 what was taken', async () => {
      const k = key()
      await store.put(k, { code: [1, 'ü'] }, 10)
      const got = await Promise.all(Array.from({ length: 100 }, () => store.take(k, { keep: true })))
      assert.deepEqual(
        got.filter((one) => one && 'taken' in one),
        [{ taken: { code: [1, 'ü'] } }],
      )
      assert.equal(got.filter((one) => one && 'left' in one).length, 99)
      assert.deepEqual(await store.take(k), { left: { code: [1, 'ü'] } })
      assert.equal(await store.get(k), undefined)
      later(10)
      assert.equal(await store.take(k), undefined)
    })

    test('a tombstone hides the entry, stays until the entry would have ended, and is no entry', async () => {
      const k = key()
      await store.put(k, 'code', 10)
      const version = (await store.get(k))?.version
      await store.take(k, { leave: 'grant' })
      assert.equal(await store.get(k), undefined)
      assert.equal(await store.compareAndSet(k, version, 'code', 10), false)
      assert.equal(await store.compareAndSet(k, undefined, 'code', 10), false)
      later(9)
      assert.deepEqual(await store.take(k), { left: 'grant' })
      assert.deepEqual(await store.take(k, { leave: 'other' }), { left: 'grant' })
      later(1)
      assert.equal(await store.take(k), undefined)
    })

    test('a put over a tombstone is a new entry', async () => {
      const k = key()
      await store.put(k, 1, 10)
      await store.take(k, { leave: 0 })
      await store.put(k, 2, 10)
      assert.deepEqual(await store.take(k), { taken: 2 })
    })

    test('compareAndSet writes at the version that was read, once', async () => {
      const k = key()
      await store.put(k, 0, 10)
      const { version } = (await store.get(k))!
      const done = await Promise.all(Array.from({ length: 100 }, (_, i) => store.compareAndSet(k, version, i, 20)))
      assert.equal(done.filter(Boolean).length, 1)
      later(15)
      assert.equal((await store.get(k))?.value, done.indexOf(true))
    })

    test('compareAndSet without a version makes an entry where there is none, once', async () => {
      const k = key()
      const make = () => Promise.all(Array.from({ length: 100 }, (_, i) => store.compareAndSet(k, undefined, i, 10)))
      const done = await make()
      assert.equal(done.filter(Boolean).length, 1)
      assert.equal((await store.get(k))?.value, done.indexOf(true))
      later(10)
      assert.equal((await make()).filter(Boolean).length, 1)
    })

    test('compareAndSet does not mistake a later entry for the one it read', async () => {
      const k = key()
      await store.put(k, 'old', 10)
      const { version } = (await store.get(k))!
      await store.take(k)
      assert.equal(await store.compareAndSet(k, version, 'x', 10), false)
      await store.put(k, 'new', 10)
      assert.equal(await store.compareAndSet(k, version, 'x', 10), false)
      assert.equal((await store.get(k))?.value, 'new')
    })

    test('compareAndSet finds no expired entry', async () => {
      const k = key()
      await store.put(k, 'a', 10)
      const { version } = (await store.get(k))!
      later(10)
      assert.equal(await store.compareAndSet(k, version, 'b', 10), false)
    })

    test('100 increments count to 100, each sum once', async () => {
      const k = key()
      const sums = await Promise.all(Array.from({ length: 100 }, () => store.increment(k, 10)))
      assert.deepEqual(
        sums.toSorted((a, b) => a - b),
        Array.from({ length: 100 }, (_, i) => i + 1),
      )
    })

    test('a counter lives from its first increment, and starts anew after', async () => {
      const k = key()
      assert.equal(await store.increment(k, 10, 5), 5)
      later(9)
      assert.equal(await store.increment(k, 10, -2), 3)
      later(1)
      assert.equal(await store.increment(k, 10), 1)
      await assert.rejects(async () => store.increment(k, 10, 0.5), RangeError)
    })

    test('a counter is exact as far as numbers are', async () => {
      const k = key()
      await store.increment(k, 10, Number.MAX_SAFE_INTEGER - 1)
      assert.equal(await store.increment(k, 10), Number.MAX_SAFE_INTEGER)
    })

    test('a counter reads as a number', async () => {
      const k = key()
      await store.increment(k, 10, 7)
      assert.equal((await store.get(k))?.value, 7)
      assert.deepEqual(await store.take(k), { taken: 7 })
    })

    test('scopes do not meet', async () => {
      const [a, b] = [scoped(store, 'a:'), scoped(store, 'b:')]
      const k = key()
      await a.put(k, 1, 10)
      await b.increment(k, 10, 2)
      assert.equal(await b.compareAndSet(k, undefined, 3, 10), false)
      assert.deepEqual([(await a.get(k))?.value, (await b.get(k))?.value, await store.get(k)], [1, 2, undefined])
      assert.deepEqual(await a.take(k, { leave: 'x' }), { taken: 1 })
      assert.deepEqual(await store.take(`a:${k}`), { left: 'x' })
    })
  })
}
