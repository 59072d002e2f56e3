import { Broken, Engine, type Value } from './engine.ts'
import { crash, engineFailure, failure, placeIn, programFile, type Thrown, thrownFailure } from './failures.ts'
import type { Image } from './image.ts'
import { compileDeadline } from './limits.ts'
import { type EntryPoints, realmSource, type Side } from './realm.ts'
import type { Failure, Limits, Prepared, Result, Traced } from './types.ts'

type Entries = { readonly [name in keyof EntryPoints]: number }
/** The state of the engine before any program: what `entries` point at is in it. */
type Base = { readonly image: Image; readonly entries: Entries }
type Compiled = { readonly image: Image; readonly entries: Entries; readonly program: Prepared }
type Outcome = {
  readonly result: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure }
  readonly side: Side
}

/** What a run is given. `scope`: JSON. */
export type Input = { readonly scope: string; readonly now: number; readonly seed: number; readonly trace: boolean }

const realmSettings = { logs: 50, logCharacters: 16_384, traceEntries: 500 }
const noSide: Side = { logs: [], trace: [] }
/** A traced run does more, for what it tells only: its outcome is that of the same run without. */
const tracedShare = 4
const compileFuel = 1000
const sideBytes = 256 * 1024

const isOf = <T>(list: unknown, is: (one: T) => boolean): readonly T[] => (Array.isArray(list) ? list.filter(is) : [])

/** Programs in one engine, one at a time. */
export class Machine {
  #engine: Engine
  readonly #limits: Limits
  readonly #bases: { readonly plain: Base; readonly traced: Base }
  readonly #programs = new Map<string, { readonly program: Prepared; plain?: Compiled | Failure; traced?: Compiled | Failure }>()

  private constructor(engine: Engine, limits: Limits, bases: { readonly plain: Base; readonly traced: Base }) {
    this.#engine = engine
    this.#limits = limits
    this.#bases = bases
  }

  /** Rejects where the engine is not the one this was made for, and where the prelude fails. */
  static async create(limits: Limits, prelude: string): Promise<Machine> {
    const engine = await Engine.create(limits.memory)
    const pristine = engine.save()
    const base = (traced: boolean): Base => {
      engine.load(pristine)
      engine.disarm()
      const orThrow = ({ threw, pointer }: Value): number => {
        if (threw) throw new Error(`The prelude of the sandbox fails: ${engine.text(engine.property(pointer, 'message'), 1000)}`)
        return pointer
      }
      const realm = orThrow(engine.evaluate(`(${realmSource})`, 'realm'))
      const given = orThrow(engine.evaluate(`(${prelude})`, 'prelude'))
      const entries = orThrow(engine.call(realm, given, engine.string(JSON.stringify({ ...realmSettings, traced }))))
      const [install, run, outcome, side] = (['install', 'run', 'outcome', 'side'] as const).map((name) => engine.property(entries, name))
      return { image: engine.save(), entries: { install: install!, run: run!, outcome: outcome!, side: side! } }
    }
    const machine = new Machine(engine, limits, { plain: base(false), traced: base(true) })
    machine.#warmUp()
    return machine
  }

  /** The first call costs milliseconds, since V8 compiles the engine lazily: not at a program's expense. */
  #warmUp(): void {
    const source = 'scope.list.some((one) => one.name === "b") && JSON.stringify(scope).length > 0'
    const code = `(function(__s){"use strict";const {scope}=__s;return (function(){\nreturn (\n${source}\n)})()})`
    const program = { id: '', source, code, tracedCode: code, parts: [], isAsync: false, paths: [] }
    this.learn(program)
    const scope = JSON.stringify({ scope: { list: [{ name: 'a' }, { name: 'b' }] } })
    for (let round = 0; round < 5; round++) this.run('', { scope, now: 0, seed: 0, trace: false })
    this.forget('')
  }

  learn(program: Prepared): void {
    if (!this.#programs.has(program.id)) this.#programs.set(program.id, { program })
  }

  forget(id: string): void {
    this.#programs.delete(id)
  }

  /** Must be awaited before each `compile` and `run`: an engine that broke is replaced. */
  async mend(): Promise<void> {
    if (this.#engine.broken) this.#engine = await Engine.create(this.#limits.memory)
  }

  compile(id: string): Failure | undefined {
    const compiled = this.#compiled(id, 'plain')
    return 'kind' in compiled ? compiled : undefined
  }

  run(id: string, { trace, ...input }: Input): Result {
    const begun = performance.now()
    const { result, side } = this.#runAs('plain', id, input, 1)
    const us = Math.round((performance.now() - begun) * 1000)
    const told = { ...result, logs: side.logs.map(({ level, message }) => ({ level, message })), us }
    return trace && !this.#engine.broken ? { ...told, trace: this.#traceOf(id, input) } : told
  }

  #traceOf(id: string, input: Omit<Input, 'trace'>): readonly Traced[] {
    const parts = this.#programs.get(id)?.program.parts ?? []
    return this.#runAs('traced', id, input, tracedShare).side.trace.flatMap(([at, json, truthy]) => {
      const part = parts[at]
      return part ? [{ ...part, text: part.text ?? '', value: JSON.parse(json), truthy }] : []
    })
  }

  #compiled(id: string, how: 'plain' | 'traced'): Compiled | Failure {
    const known = this.#programs.get(id)
    if (!known) return crash('a program is not known to its worker')
    const made = known[how] ?? this.#compile(known.program, how)
    // Only what will not change: the next time there may be more CPU, or an engine that is whole.
    if (!('kind' in made) || made.kind === 'syntax') known[how] = made
    return made
  }

  #compile(program: Prepared, how: 'plain' | 'traced'): Compiled | Failure {
    const engine = this.#engine
    const base = this.#bases[how]
    engine.load(base.image)
    engine.arm({ fuel: compileFuel, milliseconds: compileDeadline }, 0)
    try {
      const { threw, pointer } = engine.evaluate(how === 'plain' ? program.code : program.tracedCode, programFile)
      if (engine.stopped) return failure('deadline', this.#limits)
      if (threw) return this.#syntaxFailure(program, pointer)
      if (engine.call(base.entries.install, pointer).threw) return crash('it could not be installed')
      return { image: engine.save(base.image), entries: base.entries, program }
    } catch (error) {
      if (engine.stopped) return failure('deadline', this.#limits)
      return error instanceof Broken ? crash(error.message) : { kind: 'syntax', message: 'it is nested too deeply' }
    }
  }

  /** The error is the parser's own, no program has touched it. */
  #syntaxFailure(program: Prepared, error: number): Failure {
    const engine = this.#engine
    const [name, message, stack] = ['name', 'message', 'stack'].map((field) => engine.text(engine.property(error, field), 4000) ?? '')
    const place = placeIn(program, stack ?? '')
    return { kind: 'syntax', message: `${name}: ${message}`, ...(place && { place }) }
  }

  #runAs(how: 'plain' | 'traced', id: string, input: Omit<Input, 'trace'>, share: number): Outcome {
    const compiled = this.#compiled(id, how)
    if ('kind' in compiled) return { result: { ok: false, failure: compiled }, side: noSide }
    const engine = this.#engine
    try {
      engine.ensure(compiled.image)
      engine.arm({ fuel: this.#limits.fuel * share, milliseconds: this.#limits.deadline * share }, input.now)
      return this.#finish(compiled, this.#begin(compiled, input))
    } catch (error) {
      const why = engine.stopped ? failure(engine.stopped, this.#limits) : engineFailure(error, this.#limits)
      return { result: { ok: false, failure: why }, side: noSide }
    } finally {
      // At once, not before the next run: nobody's data stays in the engine.
      if (!engine.broken) engine.load(compiled.image)
    }
  }

  /** Runs it and the promise jobs that follow: what the outcome is read from, or why there is none. */
  #begin({ entries }: Compiled, { scope, seed }: Omit<Input, 'trace'>): Value | Failure {
    const engine = this.#engine
    let value = engine.call(entries.run, engine.string(scope), engine.number(seed))
    let jobs = 0
    while (!engine.stopped && !value.threw && engine.text(value.pointer, 0) === '') {
      if (!engine.jobsPending) return failure('stuck', this.#limits)
      const ran = engine.runJobs(100)
      if (ran === undefined) break
      jobs += ran
      if (jobs >= this.#limits.jobs) return { kind: 'fuel', message: `it has more than ${this.#limits.jobs} promise jobs` }
      if (engine.late()) return failure('deadline', this.#limits)
      value = engine.call(entries.outcome)
    }
    // Also when the program caught the request to stop and went on.
    return engine.stopped ? failure(engine.stopped, this.#limits) : value
  }

  #finish(compiled: Compiled, ended: Value | Failure): Outcome {
    const engine = this.#engine
    const full = engine.heldSince(compiled.image) > this.#limits.memory * 0.8
    engine.liftMemoryLimit()
    if ('kind' in ended) return { result: { ok: false, failure: ended }, side: this.#side(compiled) }
    if (ended.threw) {
      const message = engine.text(engine.property(ended.pointer, 'message'), 1000) ?? ''
      return {
        result: { ok: false, failure: thrownFailure({ name: 'InternalError', message, stack: '' }, compiled.program, full, this.#limits) },
        side: noSide,
      }
    }
    const text = engine.text(ended.pointer, this.#limits.result + 1)
    if (text === undefined) return { result: { ok: false, failure: failure('result', this.#limits) }, side: this.#side(compiled) }
    const [letter, json] = [text.slice(0, 1), text.slice(1)]
    const side = letter < 'a' ? this.#side(compiled) : noSide
    const told: unknown = JSON.parse(json)
    return letter.toLowerCase() === 'v'
      ? { result: { ok: true, value: told }, side }
      : { result: { ok: false, failure: thrownFailure(told as Thrown, compiled.program, full, this.#limits) }, side }
  }

  /** Logs and trace. A program that failed may have replaced what writes them, so nothing about them is sure. */
  #side({ entries }: Compiled): Side {
    const engine = this.#engine
    const why = engine.stopped
    engine.arm({ fuel: 20, milliseconds: 20 }, engine.now)
    try {
      const { threw, pointer } = engine.call(entries.side)
      const side = threw ? noSide : (JSON.parse(engine.text(pointer, sideBytes) ?? 'null') as Partial<Side> | null)
      return {
        logs: isOf<Side['logs'][number]>(side?.logs, (one) => typeof one?.level === 'string' && typeof one.message === 'string'),
        trace: isOf<Side['trace'][number]>(side?.trace, (one) => Array.isArray(one) && typeof one[1] === 'string' && isJson(one[1])),
      }
    } catch {
      return noSide
    } finally {
      engine.stopped = why
    }
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
