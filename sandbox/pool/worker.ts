// Runs in a worker thread of the pool: one realm, one message at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { Realm } from '../engine/realm.ts'
import { compileIn, runIn } from '../engine/run.ts'
import type { Prepared, Result } from '../types.ts'
import { busyAt, type FromWorker, sharedClock, type ToWorker, type WorkerData } from './messages.ts'

const { prelude, limits, busy } = workerData as WorkerData
let job = 0
let run = 0
const realm = await Realm.create({
  prelude,
  limits,
  busy: {
    enter() {
      Atomics.store(busy, busyAt.since, sharedClock())
      Atomics.store(busy, busyAt.run, run)
      Atomics.store(busy, busyAt.job, job)
    },
    leave: () => void Atomics.store(busy, busyAt.job, 0),
  },
})
const programs = new Map<string, Prepared>()
const tell = (message: FromWorker) => parentPort?.postMessage(message)

const work = async (message: ToWorker): Promise<void> => {
  job = message.job
  run = 0
  if (message.do === 'compile') {
    programs.set(message.program.id, message.program)
    return tell({ is: 'compiled', job, failure: await compileIn(realm, message.program) })
  }
  const results: Result[] = []
  for (const { id, program, ...rest } of message.runs) {
    if (program) programs.set(id, program)
    const known = programs.get(id)
    results.push(
      known
        ? await runIn(realm, { ...rest, program: known })
        : { ok: false, failure: { kind: 'crash', message: 'the worker does not know the program' }, logs: [], us: 0 },
    )
    run++
  }
  tell({ is: 'ran', job, results })
}

let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (message: ToWorker) => {
  last = last.then(() => work(message))
})
tell({ is: 'ready' })
