import { readFileSync } from 'node:fs'
import { defaultLimits } from '../limits.ts'
import type { Failure, Limits, Prepared } from '../types.ts'
import { NativeStack, Poisoned, Stopped } from './errors.ts'
import { Engine, type Busy, type Image } from './engine.ts'
import { firstPlace } from './places.ts'

const guest = readFileSync(new URL('./guest.js', import.meta.url), 'utf8')
const entryNames = ['setProgram', 'setPrelude', 'run', 'state', 'result', 'notes'] as const

/** Images of programs that are kept; another one is compiled anew, in a tenth of a millisecond. */
const keptImages = 64
/** Compiling may take longer than running. */
const compiling = { fuel: 1000, milliseconds: 200 }
export const programFile = 'program'

/** Cannot be compiled. */
export class Uncompilable extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** One thread's engine, with the images of the realm and of the programs that ran in it. */
export class Realm {
  readonly limits: Limits
  readonly #prelude: string | undefined
  readonly #busy: Busy | undefined
  readonly #bases = new Map<boolean, Image>()
  readonly #images = new Map<string, Image>()
  #engine: Engine
  #pristine: Image

  static async create(options: {
    readonly prelude?: string | undefined
    readonly limits?: Partial<Limits>
    readonly busy?: Busy
  }): Promise<Realm> {
    const engine = await Engine.create()
    return new Realm(engine, options)
  }

  private constructor(
    engine: Engine,
    { prelude, limits, busy }: { readonly prelude?: string | undefined; readonly limits?: Partial<Limits>; readonly busy?: Busy },
  ) {
    this.#engine = engine
    this.#pristine = engine.save()
    this.#prelude = prelude
    this.#busy = busy
    this.limits = { ...defaultLimits, ...limits }
  }

  /** An engine that can be used: the one there is, or where a trap spoilt it a new one. Images are good in any. */
  async engine(): Promise<Engine> {
    if (this.#engine.isPoisoned) this.#engine = await Engine.create()
    this.#engine.busy = this.#busy
    return this.#engine
  }

  /** Nothing of the last run stays in the memory. */
  wipe(engine: Engine): void {
    if (!engine.isPoisoned) engine.load(engine.loaded ?? this.#pristine)
  }

  /** The image of a program, compiled if need be. Throws `Uncompilable`. */
  imageOf(engine: Engine, program: Prepared, trace: boolean): Image {
    const key = `${trace ? 't' : 'p'}${program.id}`
    const kept = this.#images.get(key)
    const image = kept ?? this.#compile(engine, program, trace)
    this.#images.delete(key)
    this.#images.set(key, image)
    const [oldest] = this.#images.keys()
    if (this.#images.size > keptImages && oldest !== undefined) this.#images.delete(oldest)
    return image
  }

  #compile(engine: Engine, program: Prepared, trace: boolean): Image {
    const base = this.#base(engine, trace)
    engine.load(base)
    engine.arm(compiling)
    try {
      const { threw, value } = engine.eval(trace ? program.tracedCode : program.code, programFile)
      if (threw) throw new Uncompilable({ kind: 'syntax', ...this.#told(engine, value, program) })
      if (engine.call(base.entries['setProgram'] ?? 0, value).threw)
        throw new Uncompilable({ kind: 'crash', message: 'the engine refused the program' })
      return engine.save(base.entries)
    } catch (error) {
      if (error instanceof NativeStack) throw new Uncompilable({ kind: 'stack', message: 'is nested too deeply' })
      if (error instanceof Stopped) throw new Uncompilable({ kind: 'fuel', message: 'takes too long to compile' })
      if (error instanceof Poisoned) throw new Uncompilable({ kind: 'crash', message: `the engine cannot compile it: ${error.message}` })
      throw error
    }
  }

  /** What the engine's parser says, which no program has touched yet. */
  #told(engine: Engine, error: number, program: Prepared): { readonly message: string; readonly place?: { line: number; column: number } } {
    const read = (name: string) => engine.readText(engine.ffi.QTS_GetProp(engine.context, error, engine.newText(name)))
    const place = firstPlace(read('stack'), program)
    return { message: `${read('name')}: ${read('message')}`, ...(place && { place }) }
  }

  #base(engine: Engine, trace: boolean): Image {
    const known = this.#bases.get(trace)
    if (known) return known
    engine.load(this.#pristine)
    engine.arm({ fuel: Infinity, milliseconds: Infinity })
    const must = ({ threw, value }: { readonly threw: boolean; readonly value: number }): number => {
      if (threw) throw new Error(`sandbox: its own code failed: ${engine.readText(value)}`)
      return value
    }
    const make = must(engine.eval(guest, 'guest'))
    const api = must(engine.call(make, engine.newText(JSON.stringify({ trace }))))
    const entries = Object.fromEntries(
      entryNames.map((name) => [name, engine.ffi.QTS_GetProp(engine.context, api, engine.newText(name))]),
    ) as Record<(typeof entryNames)[number], number>
    if (this.#prelude !== undefined) must(engine.call(entries.setPrelude, must(engine.eval(this.#prelude, 'prelude'))))
    const base = engine.save(entries)
    this.#bases.set(trace, base)
    return base
  }
}
