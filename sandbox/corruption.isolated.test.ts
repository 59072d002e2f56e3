import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

const rounds = 400
/** Milliseconds without a new round after which the worker is ended, and milliseconds for all. */
const [hang, most] = [1500, 12_000]

const worker = (shared: Int32Array, first: number): Worker =>
  new Worker(join(import.meta.dirname, 'test/trashed-engine.ts'), {
    workerData: { shared, first, rounds },
    resourceLimits: { stackSizeMb: 8 },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })

/** Resolves when the worker has ended, or has been. */
const watched = async (one: Worker, shared: Int32Array, until: number): Promise<void> => {
  const over = new Promise<'over'>((resolve, reject) => {
    one.once('error', reject)
    one.once('exit', () => resolve('over'))
  })
  let [round, since] = [-1, Date.now()]
  while (Date.now() < until) {
    if ((await Promise.race([over, wait(50)])) === 'over') return
    const now = Atomics.load(shared, 0)
    if (now !== round) [round, since] = [now, Date.now()]
    else if (Date.now() - since > hang) break
  }
  await one.terminate()
  await over
}

test('an engine whose memory was overwritten at random harms nobody after', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(16))
  const until = Date.now() + most
  let hung = 0
  while (Atomics.load(shared, 0) < rounds && Date.now() < until) {
    await watched(worker(shared, Atomics.load(shared, 0)), shared, until)
    if (Atomics.load(shared, 0) < rounds) hung++
  }
  const [begun, right, wrong, harmed] = shared
  assert.equal(wrong, 0)
  assert.ok(right! >= begun! - hung - 1 && right! >= 20, `${right} of ${begun} rounds, ${hung} hung`)
  // Or it would not have been the engine's memory.
  assert.ok(harmed! > 0, 'no run was harmed')
})
