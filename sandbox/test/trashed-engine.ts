// A worker that overwrites random words of the engine's heap before a run, and then asks an innocent program. It counts in `shared`:
// [0] rounds begun, [1] innocent answers that were right, [2] wrong ones, [3] runs that the trash harmed. The test ends it where a round hangs.
import { workerData } from 'node:worker_threads'
import { defaultLimits } from '../limits.ts'
import { Machine } from '../machine.ts'
import { loadVariant } from '../variant.ts'
import { program, shown } from './programs.ts'

const { shared, first, rounds } = workerData as { readonly shared: Int32Array; readonly first: number; readonly rounds: number }

// The engine does not show its memory, so they are caught when they are made; the last is it.
const memories: WebAssembly.Memory[] = []
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, values: [{ initial: number; maximum: number }]) {
    const memory = new target(...values)
    memories.push(memory)
    return memory
  },
})

const { layout } = await loadVariant()
const machine = await Machine.create({ ...defaultLimits, deadline: 200, fuel: 50 }, '(scope) => scope')
const work = program('JSON.stringify(list.map((n) => ({ n, text: "x".repeat(n) }))).length + [..."abc"].reverse().join("").length')
const innocent = program('user.groups.includes("finance") && list.reduce((a, b) => a + b) === 6')
const input = { scope: JSON.stringify({ user: { groups: ['finance'] }, list: [1, 2, 3] }), now: 0, seed: 0, trace: false }
for (const one of [work, innocent]) machine.learn(one)

let state = 0
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const trash = (): void => {
  const { buffer } = memories.at(-1)!
  const words = new Uint32Array(buffer)
  const [from, to] = [layout.heap >>> 2, words[layout.breakAt >>> 2]! >>> 2]
  for (let left = 1 + random(20); left > 0; left--)
    words[from + random(to - from)] = random(2) ? random(2 ** 32) : random(buffer.byteLength)
}

const expected = shown(machine.run(work.id, input))
for (let round = first; round < rounds; round++) {
  Atomics.store(shared, 0, round + 1)
  state = round * 7919 + 1
  await machine.mend()
  const right = shown(machine.run(work.id, input))
  // Its image is loaded now, and would not be loaded again.
  trash()
  if (shown(machine.run(work.id, input)) !== right) Atomics.add(shared, 3, 1)
  await machine.mend()
  Atomics.add(shared, shown(machine.run(innocent.id, input)) === 'value true' && right === expected ? 1 : 2, 1)
}
