import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { apply, sizeOf, take } from './image.ts'
import { loadVariant } from './variant.ts'

// A small memory: static data up to 1000, a stack up to 2000, the heap up to 8000.
const layout = { staticEnd: 1000, heap: 2000, breakAt: 0 }
const size = 8000
const end = 5000

const writes = fc.array(fc.tuple(fc.nat(end - 1), fc.nat(255)), { maxLength: 30 })
const written = (memory: Uint8Array, list: readonly (readonly [number, number])[]): Uint8Array => {
  const copy = memory.slice()
  for (const [at, value] of list) copy[at] = value
  return copy
}
/** The stack is nobody's. */
const live = (memory: Uint8Array, to: number): readonly number[] => [
  ...memory.subarray(0, layout.staticEnd),
  ...memory.subarray(layout.heap, to),
]

test('an image brings back what was alive, whether it is whole or what differs from another, and zeroes all above', () => {
  fc.assert(
    fc.property(writes, writes, writes, fc.nat(2000), (first, second, third, grown) => {
      const begun = written(new Uint8Array(size), first)
      const base = take(begun, layout, end)
      const changed = written(begun, second)
      changed.fill(7, end, end + grown)
      for (const image of [take(changed, layout, end + grown, base), take(changed, layout, end + grown)]) {
        const memory = written(changed, third)
        memory.fill(9, end, size)
        apply(memory, layout, size, image)
        assert.deepEqual(live(memory, end + grown), live(changed, end + grown))
        assert.ok(memory.subarray(end + grown).every((byte) => byte === 0))
      }
    }),
    { numRuns: 50 },
  )
})

test('what differs is small', () => {
  const memory = new Uint8Array(size)
  const base = take(memory, layout, end)
  assert.equal(sizeOf(base), layout.staticEnd + end - layout.heap)
  memory[10] = memory[3000] = memory[3300] = 1
  assert.equal(sizeOf(take(memory, layout, end, base)), 256 * 3)
  memory[999] = memory[4999] = 1
  const { patches } = take(memory, layout, end, base)
  assert.deepEqual(
    patches.map(({ at, bytes }) => [at, bytes.length]),
    [
      [0, 256],
      [768, 232],
      [2768, 256],
      [3280, 256],
      [4816, 184],
    ],
  )
})

test('a break that makes no sense has everything above the image zeroed', () => {
  const memory = new Uint8Array(size)
  const image = take(memory, layout, end)
  for (const wrong of [0, 3, 4_294_967_295]) {
    memory.fill(5, end)
    apply(memory, layout, wrong, image)
    assert.ok(memory.subarray(end).every((byte) => byte === 0))
  }
})

test('the engine’s memory is laid out as the images need it', async () => {
  const { layout } = await loadVariant()
  assert.equal(layout.heap - layout.staticEnd, 5 * 1024 * 1024)
  assert.ok(layout.breakAt > 0 && layout.breakAt < layout.staticEnd)
})
