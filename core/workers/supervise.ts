import cluster, { type Worker } from 'node:cluster'
import type { Log } from '../api/index.ts'
import { createBackoff } from './backoff.ts'
import type { FromWorker, Place, ToWorker } from './messages.ts'

export type Ready = Extract<FromWorker, { readonly say: 'ready' }>
/** `error`: it never began, since the system had no process for it. */
type End = { readonly code: number | null; readonly signal: string | null; readonly error?: Error }

/** A worker could not start, and has said why itself, unless there is a `cause`: then it never began. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed'
  readonly exitCode: number
  constructor(number: number, { code, signal, error }: End) {
    super(
      error
        ? `worker ${number} could not be started (${error.message}); let this user have more processes and open files, or lower SLUICE_WORKERS`
        : `worker ${number} ended before it was ready (${signal ?? `code ${code}`})`,
      { cause: error },
    )
    this.exitCode = code === null || code === 0 ? 1 : code
  }
}

export type Workers = {
  /** Resolves with what the first said, when all are ready. Rejects with `WorkerFailed`, and then none runs. */
  readonly ready: Promise<Ready>
  /** Those that are there now, by their number. */
  readonly running: ReadonlyMap<number, Worker>
  /** Asks all to drain and end. Resolves, when they did, with whether all did so in order. */
  stop(): Promise<boolean>
  kill(): void
}

/** A new process of this program, and its end. Never throws: where the system has none to give (`EAGAIN`, `ENOMEM`), that is its end. */
const fork = (log: Log, number: number): { readonly worker: Worker | undefined; readonly ended: Promise<End> } => {
  const { promise: ended, resolve } = Promise.withResolvers<End>()
  const failed = (error: Error) => resolve({ code: null, signal: null, error })
  try {
    const worker = cluster.fork()
    worker.once('exit', (code, signal) => resolve({ code, signal }))
    worker.on('error', (error) => {
      // Node tells of it so, and of no end. Else it is a message to one that ends right now: it is lost, which its end tells.
      if (worker.process.pid === undefined) failed(error)
      else log.debug({ err: error }, `workers: a message to worker ${number} was lost`)
    })
    return { worker, ended }
  } catch (error) {
    failed(error as Error)
    return { worker: undefined, ended }
  }
}

/**
 * Starts `count` processes of this program, which share the listening sockets, and starts those anew that end: after a pause that grows while
 * they die young. The first does what is to be done once, before the others start.
 *
 * Workers accept connections by themselves, whichever is free. Were they handed out by this process, one that is on its way to a worker that dies
 * would stay open here, and nobody would answer it.
 */
export const startWorkers = (
  count: number,
  log: Log,
  on: { message(number: number, message: FromWorker): void; gone(number: number): void },
): Workers => {
  const running = new Map<number, Worker>()
  /** Of each number that has a process, or just failed to get one. */
  const ends = new Map<number, Promise<End>>()
  let isStopping = false
  let inOrder = true
  const waiting = new Set<NodeJS.Timeout>()
  cluster.schedulingPolicy = cluster.SCHED_NONE
  // Values of metrics may be no numbers, which JSON does not have.
  cluster.setupPrimary({ args: ['serve'], serialization: 'advanced' })

  /** Resolves when it is ready. */
  const start = (place: Place): Promise<Ready> => {
    const { worker, ended } = fork(log, place.number)
    if (worker) running.set(place.number, worker)
    const { promise, resolve, reject } = Promise.withResolvers<Ready>()
    worker?.on('message', (message: FromWorker) => {
      // What is sent before it listens is lost.
      if (message.say === 'listening') {
        worker.send({ order: 'begin', place } satisfies ToWorker)
        if (isStopping) worker.send({ order: 'stop' } satisfies ToWorker)
      }
      if (message.say === 'ready') resolve(message)
      on.message(place.number, message)
    })
    ends.set(place.number, ended)
    void ended.then((end) => {
      running.delete(place.number)
      ends.delete(place.number)
      on.gone(place.number)
      // One that never began has nothing left undone.
      if (isStopping && !end.error) inOrder &&= end.code === 0
      reject(new WorkerFailed(place.number, end))
    })
    return promise
  }

  const number = (index: number): Place => ({ number: index + 1, of: count, leads: index === 0 })
  const stop = async (): Promise<boolean> => {
    isStopping = true
    for (const timer of waiting) clearTimeout(timer)
    for (const worker of running.values()) if (worker.isConnected()) worker.send({ order: 'stop' } satisfies ToWorker)
    await Promise.all(ends.values())
    return inOrder
  }
  const kill = (): void => {
    isStopping = true
    for (const worker of running.values()) worker.process.kill('SIGKILL')
  }

  /** Watches one that is ready, and those that take its place. */
  const keep = (place: Place): void => {
    const backoff = createBackoff()
    const watch = (begun: number): void => {
      void ends.get(place.number)?.then(({ code, signal, error }) => {
        if (isStopping) return
        const pause = backoff.after(performance.now() - begun)
        const what = error ? 'could not be started' : 'ended'
        log.error({ code, signal, err: error, pause }, `workers: worker ${place.number} ${what}; it is started anew in ${pause} ms`)
        const timer = setTimeout(() => {
          waiting.delete(timer)
          const again = performance.now()
          start({ ...place, leads: false }).then(
            () => log.info({}, `workers: worker ${place.number} is ready again`),
            // Watched like the one before; it has said itself why it cannot start.
            () => {},
          )
          watch(again)
        }, pause)
        waiting.add(timer)
      })
    }
    watch(performance.now())
  }

  /** From when it is ready: it may end while others still start. */
  const begin = async (place: Place): Promise<Ready> => {
    const ready = await start(place)
    keep(place)
    return ready
  }

  const startAll = async (): Promise<Ready> => {
    try {
      const first = await begin(number(0))
      const others = Array.from({ length: isStopping ? 0 : count - 1 }, (_, index) => number(index + 1))
      await Promise.all(others.map(begin))
      return first
    } catch (error) {
      if (!isStopping) kill()
      await Promise.all(ends.values())
      throw error
    }
  }
  const ready = startAll()
  // Whoever waits for it gets the error; where the start was ended meanwhile, nobody does.
  ready.catch(() => {})
  return { ready, running, stop, kill }
}
