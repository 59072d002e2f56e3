import { parentPort, workerData } from 'node:worker_threads'
import { compileDeadline } from './limits.ts'
import { crash } from './failures.ts'
import { Machine } from './machine.ts'
import { busyWords, type Order, type Report, sharedClock, type Start, type Work } from './messages.ts'
import type { Failure, Result } from './types.ts'

const port = parentPort!
const { limits, prelude, busy } = workerData as Start
const machine = await Machine.create(limits, prelude)

/** Published while the engine works, without a message, so that a main thread which reads late blames nobody. */
const marked = <T>(tag: number, allowed: number, work: () => T): T => {
  Atomics.store(busy, busyWords.allowed, allowed)
  Atomics.store(busy, busyWords.since, sharedClock())
  Atomics.store(busy, busyWords.tag, tag)
  try {
    return work()
  } finally {
    Atomics.store(busy, busyWords.tag, 0)
  }
}

const perform = ({ tag, program, input }: Work): Result | Failure | undefined => {
  try {
    const failure = marked(tag, compileDeadline, () => machine.compile(program))
    if (!input) return failure
    return marked(tag, limits.deadline * (input.trace ? 5 : 1), () => machine.run(program, input))
  } catch (error) {
    const failure = crash(String(error))
    return input ? { ok: false, failure, logs: [], us: 0 } : failure
  }
}

const answer = async ({ job, learn, forget, work }: Order): Promise<Report> => {
  for (const id of forget) machine.forget(id)
  for (const program of learn) machine.learn(program)
  const results: (Result | Failure | undefined)[] = []
  for (const one of work) {
    await machine.mend()
    results.push(perform(one))
  }
  return { job, results }
}

// One after the other: there is one engine.
let last = Promise.resolve()
port.on('message', (order: Order) => {
  last = last.then(async () => port.postMessage(await answer(order)))
})
port.postMessage('ready' satisfies Report)
