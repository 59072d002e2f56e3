import type { Failure, Place, Prepared, Result, Run, Traced } from '../types.ts'
import { NativeStack, TooLong } from './errors.ts'
import type { Engine } from './engine.ts'
import { firstPlace } from './places.ts'
import { type Realm, Uncompilable } from './realm.ts'

type Thrown = { readonly name?: string; readonly message?: string; readonly stack?: string }
type Notes = { readonly logs: Result['logs']; readonly trace: readonly (readonly [id: number, value: unknown, truthy: boolean])[] }

/** For reading what a program left: its own limits are over. */
const reading = { fuel: 20, milliseconds: 20 }
const jobsAtOnce = 100
const noNotes: Notes = { logs: [], trace: [] }

const failed = (failure: Failure, us = 0): Result => ({ ok: false, failure, logs: [], us })

/** What a thrown value means. Out of memory arrives as an error of the engine, sometimes as `null`. */
const meaning = (thrown: Thrown, isFull: boolean, place: Place | undefined): Failure => {
  const { name = 'Error', message = '' } = thrown
  if ((name === 'InternalError' && message.includes('out of memory')) || (isFull && name === 'Thrown' && message === 'null'))
    return { kind: 'memory', message: 'uses more memory than it may' }
  if (name === 'InternalError' && message.includes('stack overflow')) return { kind: 'stack', message: 'calls itself too deeply' }
  return { kind: 'throw', message: name === 'Thrown' ? `throws ${message}` : `${name}: ${message}`, ...(place && { place }) }
}

/** How one run goes, from its image to its result, step by step. */
class Running {
  readonly #engine: Engine
  readonly #realm: Realm
  readonly #run: Run
  constructor(engine: Engine, realm: Realm, run: Run) {
    this.#engine = engine
    this.#realm = realm
    this.#run = run
  }

  #call(name: string, ...given: readonly number[]) {
    return this.#engine.call(this.#engine.loaded?.entries[name] ?? 0, ...given)
  }

  /** Runs the program and its promises. 'pending' at the end: it waits for what never comes. */
  #finish(scope: string): string {
    const engine = this.#engine
    const { jobs: most } = this.#realm.limits
    const seed = engine.ffi.QTS_NewFloat64(engine.context, this.#run.seed ?? 0)
    let { threw, value } = this.#call('run', engine.newText(scope), seed)
    let jobs = 0
    for (;;) {
      if (threw || engine.stoppedBy) return 'stopped'
      const state = engine.readText(value, 20)
      if (state !== 'pending' || !engine.hasJobs) return state
      const ran = engine.runJobs(jobsAtOnce)
      jobs += Number.isNaN(ran) ? jobsAtOnce : ran
      if (jobs >= most) engine.stoppedBy = 'fuel'
      ;({ threw, value } = this.#call('state'))
    }
  }

  #notes(): Notes {
    const { threw, value } = this.#call('notes')
    try {
      return threw ? noNotes : (JSON.parse(this.#engine.readText(value, 256 * 1024)) as Notes)
    } catch {
      return noNotes
    }
  }

  #stopped(): Failure {
    return this.#engine.stoppedBy === 'fuel'
      ? { kind: 'fuel', message: 'takes too many steps' }
      : { kind: 'deadline', message: `takes longer than ${this.#realm.limits.deadline} ms` }
  }

  go(scope: string): Result {
    const engine = this.#engine
    const { program, trace = false } = this.#run
    const { limits } = this.#realm
    const image = this.#realm.imageOf(engine, program, trace)
    if (engine.loaded !== image) engine.load(image)
    engine.now = this.#run.now
    engine.setMemoryLimit(limits.memory)
    engine.arm({ fuel: limits.fuel, milliseconds: limits.deadline })
    const state = this.#finish(scope)
    // Also where the program caught the interrupt and went on: it has had its time.
    const stopped = engine.stoppedBy ? this.#stopped() : undefined
    const isFull = engine.heapEnd - image.end > limits.memory * 0.8
    engine.setMemoryLimit(-1)
    engine.arm(reading)
    const notes = this.#notes()
    const told = { logs: notes.logs, us: 0, ...(trace && { trace: tracedOf(program, notes) }) }
    const no = (failure: Failure): Result => ({ ok: false, failure, ...told })
    if (stopped) return no(stopped)
    if (state === 'pending') return no({ kind: 'stuck', message: 'waits for a promise that nothing will settle' })
    const { threw, value } = this.#call('result')
    if (threw || state === 'stopped') return no({ kind: 'crash', message: 'the engine broke off' })
    const text = engine.readText(value, limits.result)
    if (state === 'ok') return { ok: true, value: JSON.parse(text) as unknown, ...told }
    const thrown = JSON.parse(text) as Thrown
    return no(meaning(thrown, isFull, firstPlace(thrown.stack ?? '', program, trace)))
  }
}

const tracedOf = ({ parts }: Prepared, { trace }: Notes): readonly Traced[] =>
  trace.flatMap(([id, value, truthy]) => {
    const part = parts[id]
    return part ? [{ line: part.line, column: part.column, text: part.text ?? '', value, truthy }] : []
  })

const failureOf = (error: unknown, engine: Engine, limit: number, deadline: number): Failure => {
  if (error instanceof Uncompilable) return error.failure
  if (error instanceof TooLong) return { kind: 'result', message: `gives more than ${limit} bytes` }
  if (error instanceof NativeStack) return { kind: 'stack', message: 'calls itself too deeply' }
  if (engine.stoppedBy === 'fuel') return { kind: 'fuel', message: 'takes too many steps' }
  if (engine.stoppedBy === 'deadline') return { kind: 'deadline', message: `takes longer than ${deadline} ms` }
  return { kind: 'crash', message: `the engine broke off: ${error instanceof Error ? error.message : String(error)}` }
}

/** Runs one program from its image, and wipes the engine afterwards. Never rejects. */
export const runIn = async (realm: Realm, run: Run): Promise<Result> => {
  const began = performance.now()
  const { limits } = realm
  const scope = typeof run.scope === 'string' ? run.scope : JSON.stringify(run.scope)
  if (Buffer.byteLength(scope) > limits.scope) return failed({ kind: 'scope', message: `is given more than ${limits.scope} bytes` })
  const engine = await realm.engine()
  let result: Result
  try {
    result = new Running(engine, realm, run).go(scope)
  } catch (error) {
    result = failed(failureOf(error, engine, limits.result, limits.deadline))
  }
  realm.wipe(engine)
  return { ...result, us: Math.round((performance.now() - began) * 1000) }
}

/** Has the engine compile a program, without running it. */
export const compileIn = async (realm: Realm, program: Prepared): Promise<Failure | undefined> => {
  const engine = await realm.engine()
  try {
    realm.imageOf(engine, program, false)
    return undefined
  } catch (error) {
    return failureOf(error, engine, realm.limits.result, realm.limits.deadline)
  }
}
