import { Worker } from 'node:worker_threads'
import type { Failure, PoolOptions, Prepared, Result, Run } from '../types.ts'
import { busyAt, type FromWorker, type SentRun, type ToWorker, type WorkerData } from './messages.ts'

/** Work for one worker: runs in one message, or a compilation. `tries`: workers that died under it through no fault of its own. */
export type Job = { readonly number: number; tries: number } & (
  | { readonly do: 'run'; readonly runs: readonly Run[]; readonly resolve: (results: readonly Result[]) => void }
  | { readonly do: 'compile'; readonly program: Prepared; readonly resolve: (failure: Failure | undefined) => void }
)

type Events = { readonly ready: () => void; readonly done: () => void; readonly died: () => void }

const sourceOf = new URL('./worker.ts', import.meta.url)

const sentRun = ({ program, scope, ...rest }: Run, known: Set<string>): SentRun => {
  const text = typeof scope === 'string' ? scope : JSON.stringify(scope)
  if (known.has(program.id)) return { ...rest, id: program.id, scope: text }
  known.add(program.id)
  return { ...rest, id: program.id, program, scope: text }
}

/** One worker and the jobs that it has. */
export class Slot {
  readonly busy = new Int32Array(new SharedArrayBuffer(busyAt.length * Int32Array.BYTES_PER_ELEMENT))
  readonly jobs: Job[] = []
  isReady = false
  idleSince = 0
  readonly #worker: Worker
  readonly #known = new Set<string>()

  constructor({ prelude, limits = {} }: PoolOptions, events: Events) {
    const data: WorkerData = { prelude, limits, busy: this.busy }
    this.#worker = new Worker(sourceOf, {
      workerData: data,
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { stackSizeMb: 8, maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    })
    this.#worker.on('message', (message: FromWorker) => {
      if (message.is === 'ready') {
        this.isReady = true
        events.ready()
        return
      }
      const at = this.jobs.findIndex(({ number }) => number === message.job)
      const [job] = at < 0 ? [] : this.jobs.splice(at, 1)
      if (job?.do === 'run' && message.is === 'ran') job.resolve(message.results)
      if (job?.do === 'compile' && message.is === 'compiled') job.resolve(message.failure)
      events.done()
    })
    this.#worker.on('error', events.died)
    this.#worker.on('exit', events.died)
  }

  send(job: Job): void {
    this.jobs.push(job)
    const message: ToWorker =
      job.do === 'run'
        ? { do: 'run', job: job.number, runs: job.runs.map((run) => sentRun(run, this.#known)) }
        : { do: 'compile', job: job.number, program: job.program }
    this.#worker.postMessage(message)
  }

  /** Whether the process waits for it. */
  hold(wanted: boolean): void {
    if (wanted) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Milliseconds of CPU that it has used. */
  async cpu(): Promise<number> {
    const { user, system } = await this.#worker.cpuUsage()
    return (user + system) / 1000
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners()
    this.#worker.on('error', () => {})
    await this.#worker.terminate()
  }
}
