import { Worker } from 'node:worker_threads'
import type { Job } from './job.ts'
import { busyWords, type Order, type Report, sharedClock, type Start } from './messages.ts'
import type { Limits } from './types.ts'

/** Images that a worker keeps: about 40 KB each. */
const programsKept = 500

/** What the engine of a worker does now. `id` differs for every piece of work. */
export type Doing = { readonly tag: number; readonly id: string; readonly overdue: number }

export type SlotEvents = {
  ready(): void
  done(job: Job, results: Exclude<Report, 'ready'>['results']): void
  /** It ended though nobody asked it to. */
  died(why: string): void
}

/** One worker thread and the jobs that it was sent. */
export class Slot {
  ready = false
  readonly jobs: Job[] = []
  readonly #worker: Worker
  readonly #busy = new Int32Array(new SharedArrayBuffer(4 * busyWords.count))
  /** Ids of the programs that the worker has, the least recently used first. */
  readonly #known = new Set<string>()

  constructor(limits: Limits, prelude: string, events: SlotEvents) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { limits, prelude, busy: this.#busy } satisfies Start,
      // The recursion that the engine allows a program needs more native stack than the default. No environment: it holds secrets.
      resourceLimits: { stackSizeMb: 8, maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      name: 'sandbox',
    })
    this.#worker.unref()
    this.#worker.on('message', (report: Report) => {
      if (report === 'ready') {
        this.ready = true
        return events.ready()
      }
      const at = this.jobs.findIndex(({ id }) => id === report.job)
      const [job] = this.jobs.splice(at, 1)
      if (job) events.done(job, report.results)
    })
    this.#worker.on('error', (error) => events.died(String(error)))
    this.#worker.on('exit', (code) => events.died(`its worker ended with code ${code}`))
  }

  /** Keeps the process alive, since it is waited for. */
  hold(): void {
    this.#worker.ref()
  }

  /** Lets the process end. */
  release(): void {
    this.#worker.unref()
  }

  send(job: Job): void {
    this.jobs.push(job)
    this.#worker.ref()
    const programs = new Map(job.work.map(({ program }) => [program.id, program]))
    const learn = [...programs.values()].filter(({ id }) => !this.#known.has(id))
    for (const id of programs.keys()) {
      this.#known.delete(id)
      this.#known.add(id)
    }
    const forget = [...this.#known].slice(0, Math.max(0, this.#known.size - programsKept)).filter((id) => !programs.has(id))
    for (const id of forget) this.#known.delete(id)
    const work = job.work.map(({ tag, program, input }) => ({ tag, program: program.id, input }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is of windows, this is a worker thread
    this.#worker.postMessage({ job: job.id, learn, forget, work } satisfies Order)
  }

  /** `overdue`: milliseconds by the wall clock since the engine should have ended by itself. */
  get doing(): Doing | undefined {
    const [tag, since, allowed] = [busyWords.tag, busyWords.since, busyWords.allowed].map((word) => Atomics.load(this.#busy, word))
    if (!tag) return undefined
    return { tag, id: `${tag} ${since}`, overdue: ((sharedClock() - since!) & 0x7fffffff) - allowed! }
  }

  /** Milliseconds of CPU that the worker used since its start. */
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
