import { availableParallelism } from 'node:os'
import { defaultLimits } from '../limits.ts'
import type { Failure, Pool, PoolOptions, Result, Run } from '../types.ts'
import { Slot, type Job } from './slot.ts'
import { Watchdog } from './watchdog.ts'

/** Jobs that a worker has at a time: while one runs the next is there. */
const depth = 2
/** Times that a job is begun anew after its worker died. */
const maxTries = 2
/** Times that a program had to be killed after which it is run no more. */
const maxStrikes = 3
const watchInterval = 20
const compileDeadline = 200

const failed = (kind: Failure['kind'], message: string): Result => ({ ok: false, failure: { kind, message }, logs: [], us: 0 })
const killed = (): Result => failed('killed', 'could not be stopped otherwise than by force')
const quarantined = (): Result =>
  failed(
    'quarantined',
    `had to be stopped by force ${maxStrikes} times, and is not run any more until it is changed or the server starts anew`,
  )

/** Workers with an engine each, started when there is work. */
class WorkerPool implements Pool {
  kills = 0
  readonly #options: PoolOptions
  readonly #size: number
  readonly #limit: number
  readonly #idle: number
  readonly #slots: Slot[] = []
  readonly #waiting: Job[] = []
  readonly #strikes = new Map<string, number>()
  readonly #watchdog: Watchdog
  #timer: NodeJS.Timeout | undefined
  #number = 0
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#size = options.size ?? Math.min(2, availableParallelism())
    this.#limit = options.backlog ?? 10_000
    this.#idle = options.idle ?? 60_000
    const deadline = options.limits?.deadline ?? defaultLimits.deadline
    this.#watchdog = new Watchdog({
      grace: options.grace ?? 100,
      deadline: (slot, job) => (slot.jobs.find(({ number }) => number === job)?.do === 'compile' ? compileDeadline : deadline),
      kill: (slot, job, run) => this.#kill(slot, job, run),
    })
  }

  get workers(): number {
    return this.#slots.length
  }

  compile(program: Run['program']): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const refused = this.#refusal()
      if (refused) resolve(refused)
      else this.#enqueue({ do: 'compile', program, resolve, number: this.#next(), tries: 0 })
    })
  }

  async run(run: Run): Promise<Result> {
    const [result] = await this.runAll([run])
    return result ?? failed('crash', 'gave no result')
  }

  async runAll(runs: readonly Run[]): Promise<readonly Result[]> {
    const good = runs.filter(({ program }) => !this.#isQuarantined(program.id))
    const results = good.length > 0 ? await this.#runJob(good) : []
    const byRun = new Map(good.map((run, index) => [run, results[index] ?? failed('crash', 'gave no result')]))
    return runs.map((run) => byRun.get(run) ?? quarantined())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    for (const job of [...this.#waiting.splice(0), ...this.#slots.flatMap(({ jobs }) => jobs.splice(0))])
      this.#fail(job, failed('busy', 'the sandbox is closed'))
    await Promise.all(this.#slots.splice(0).map((slot) => slot.end()))
  }

  #next(): number {
    this.#number = (this.#number % 0x7ffffffe) + 1
    return this.#number
  }

  #refusal(): Failure | undefined {
    if (this.#isClosed) return { kind: 'busy', message: 'the sandbox is closed' }
    return this.#waiting.length >= this.#limit ? { kind: 'busy', message: `${this.#limit} runs wait already` } : undefined
  }

  #runJob(runs: readonly Run[]): Promise<readonly Result[]> {
    return new Promise((resolve) => {
      const failure = this.#refusal()
      if (failure) resolve(runs.map(() => failed(failure.kind, failure.message)))
      else this.#enqueue({ do: 'run', runs, resolve, number: this.#next(), tries: 0 })
    })
  }

  #enqueue(job: Job): void {
    this.#waiting.push(job)
    this.#pump()
  }

  #isQuarantined(id: string): boolean {
    return (this.#strikes.get(id) ?? 0) >= maxStrikes
  }

  /** Hands waiting jobs to the workers that have least, and starts one more where all have something. */
  #pump(): void {
    while (this.#waiting.length > 0) {
      const ready = this.#slots.filter((slot) => slot.isReady && slot.jobs.length < depth)
      const best = ready.toSorted((a, b) => a.jobs.length - b.jobs.length)[0]
      const isStarting = this.#slots.some((slot) => !slot.isReady)
      if ((!best || best.jobs.length > 0) && this.#slots.length < this.#size && !isStarting) this.#start()
      if (!best) break
      const job = this.#waiting.shift()
      if (job) best.send(job)
    }
    this.#settle()
  }

  #start(): Slot {
    const slot: Slot = new Slot(this.#options, {
      ready: () => this.#pump(),
      done: () => this.#pump(),
      died: () => this.#replace(slot),
    })
    this.#slots.push(slot)
    return slot
  }

  /** The process waits for workers that have something to do, and the watchdog looks at them. */
  #settle(): void {
    const now = performance.now()
    for (const slot of this.#slots) {
      const hasWork = slot.jobs.length > 0 || (!slot.isReady && this.#waiting.length > 0)
      slot.hold(hasWork)
      slot.idleSince = hasWork ? 0 : slot.idleSince || now
    }
    if (this.#slots.length > 0 && !this.#isClosed) this.#timer ??= setInterval(() => this.#look(), watchInterval).unref()
  }

  #look(): void {
    for (const slot of this.#slots) this.#watchdog.look(slot)
    const now = performance.now()
    for (const slot of this.#slots.filter(({ idleSince, isReady }) => isReady && idleSince > 0 && now - idleSince > this.#idle)) {
      this.#slots.splice(this.#slots.indexOf(slot), 1)
      void slot.end()
    }
    if (this.#slots.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #kill(slot: Slot, number: number, run: number): void {
    this.kills++
    const job = slot.jobs.find((one) => one.number === number)
    const program = job?.do === 'run' ? job.runs[run]?.program : job?.program
    if (program) this.#strikes.set(program.id, (this.#strikes.get(program.id) ?? 0) + 1)
    if (job) {
      slot.jobs.splice(slot.jobs.indexOf(job), 1)
      this.#afterKill(job, run)
    }
    this.#replace(slot)
  }

  /** The other runs of a job whose one run had to be killed are begun anew: they change nothing, so that is harmless. */
  #afterKill(job: Job, run: number): void {
    if (job.do === 'compile') {
      job.resolve({ kind: 'killed', message: 'its compilation could not be stopped otherwise than by force' })
      return
    }
    const others = job.runs.filter((_, index) => index !== run)
    const resolve = (results: readonly Result[]) => job.resolve([...results.slice(0, run), killed(), ...results.slice(run)])
    if (others.length === 0) resolve([])
    else this.#waiting.unshift({ ...job, runs: others, resolve, number: this.#next() })
  }

  #replace(slot: Slot): void {
    const at = this.#slots.indexOf(slot)
    if (at < 0) return
    this.#slots.splice(at, 1)
    void slot.end()
    for (const job of slot.jobs.splice(0).toReversed()) {
      if (job.tries++ < maxTries) this.#waiting.unshift(job)
      else this.#fail(job, failed('crash', 'its worker ended'))
    }
    if (this.#isClosed) return
    // At once, so that who comes next does not wait for it.
    this.#start()
    this.#pump()
  }

  #fail(job: Job, result: Result): void {
    if (job.do === 'run') job.resolve(job.runs.map(() => result))
    else job.resolve(result.ok ? undefined : result.failure)
  }
}

/** A pool without workers: the first run starts one. */
export const createPool = (options: PoolOptions = {}): Pool => new WorkerPool(options)
