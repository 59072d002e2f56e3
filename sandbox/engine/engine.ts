import { NativeStack, Poisoned, Stopped, TooLong } from './errors.ts'
import { patchImports, type Patched } from './host-imports.ts'
import { findLayout, type Layout } from './layout.ts'
import { type EngineModule, type Ffi, loadVariant, type Pointer, type Variant } from './variant.ts'

/** The live part of an engine's memory. Plain bytes: good in any instance of the same build, in any worker. */
export type Image = {
  readonly data: Uint8Array
  readonly heap: Uint8Array
  readonly end: number
  readonly runtime: Pointer
  readonly context: Pointer
  /** Entry points of the guest, by name. */
  readonly entries: Readonly<Record<string, Pointer>>
}

/** 16 MiB, which the build asks for, and not a page more. */
const pages = 256
/**
 * What the realm has, as bits of the FFI's `QTS_Intrinsic`: all but Proxy (128) and typed arrays (512), in which most of the engine's memory
 * faults were found.
 */
const intrinsics = 1 | 2 | 4 | 8 | 16 | 32 | 64 | 256 | 1024 | 2048
const guestStack = 128 * 1024
/** Interrupts after which a program that has caught the first one is stopped from outside. */
const chances = 2
const longest = 1 << 20

/** How a watchdog in another thread sees what runs: `[tag or 0, start]`. */
export type Busy = { enter(): void; leave(): void }

let layout: Layout | undefined

/** One instance of QuickJS, driven by its raw FFI. State never stays: `load` puts the memory back to an image. */
export class Engine {
  /** The guest's clock, epoch ms. */
  now = 0
  /** Interrupts left: one is about 10,000 loop turns or calls. */
  fuel = Infinity
  /** By `performance.now()`. */
  deadline = Infinity
  stoppedBy: 'deadline' | 'fuel' | undefined
  isPoisoned = false
  busy: Busy | undefined
  loaded: Image | undefined
  runtime: Pointer = 0
  context: Pointer = 0
  readonly ffi: Ffi
  readonly #module: EngineModule
  readonly #bytes: Uint8Array
  readonly #words: Uint32Array
  readonly #layout: Layout
  readonly #stackSave: () => Pointer
  readonly #stackRestore: (pointer: Pointer) => void
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder()
  #interruptsSince = 0
  #depth = 0

  /** Throws where the build is not what was expected, so that a new version of it cannot quietly weaken the isolation. */
  static async create(): Promise<Engine> {
    const variant = await loadVariant()
    if (!layout) {
      const throwaway = await instantiate(variant, () => 0)
      layout = findLayout(throwaway.module, throwaway.words, variant.facts)
    }
    // The clock is asked for as soon as there is an instance, which is before there is an engine.
    const asked: { by?: Engine } = {}
    const instance = await instantiate(variant, () => asked.by?.now ?? 0)
    const engine = new Engine(variant, instance, layout)
    asked.by = engine
    engine.#begin(instance.patched)
    return engine
  }

  private constructor(variant: Variant, { module, exports, bytes, words }: Instance, found: Layout) {
    this.#module = module
    this.#bytes = bytes
    this.#words = words
    this.#layout = found
    this.#stackSave = exports[variant.facts.stackSave] as () => Pointer
    this.#stackRestore = exports[variant.facts.stackRestore] as (pointer: Pointer) => void
    this.ffi = new variant.Ffi(module)
    const nothing = () => 0
    module.callbacks = {
      shouldInterrupt: () => this.#onInterrupt(),
      callFunction: nothing,
      freeHostRef: nothing,
      loadModuleSource: nothing,
      normalizeModule: nothing,
    }
  }

  #begin(patched: Patched): void {
    this.runtime = this.ffi.QTS_NewRuntime()
    this.ffi.QTS_RuntimeSetMaxStackSize(this.runtime, guestStack)
    this.ffi.QTS_RuntimeEnableInterruptHandler(this.runtime)
    this.context = this.ffi.QTS_NewContext(this.runtime, intrinsics)
    this.now = 1_234_567_890_123
    const said = this.evalText('String([Date.now(), new Date(0).getHours(), new Date().getTimezoneOffset()])')
    if (said !== '1234567890123,0,0' || patched.clock !== 1 || patched.zone !== 1)
      throw new Error(`sandbox: the clock of the engine is not under control (${said}); this version of it cannot be used`)
  }

  get heapEnd(): number {
    return this.#words[this.#layout.breakAt >>> 2] ?? 0
  }

  /** Copies what is alive. Between calls the C stack is empty. */
  save(entries: Readonly<Record<string, Pointer>> = {}): Image {
    const { dataEnd, heapBase } = this.#layout
    const end = this.heapEnd
    const { runtime, context } = this
    return { data: this.#bytes.slice(0, dataEnd), heap: this.#bytes.slice(heapBase, end), end, runtime, context, entries }
  }

  /** Puts the memory back, wiping what was added since. */
  load(image: Image): void {
    const high = this.heapEnd
    this.#bytes.set(image.data, 0)
    this.#bytes.set(image.heap, this.#layout.heapBase)
    if (high > image.end) this.#bytes.fill(0, image.end, Math.min(high, this.#bytes.length))
    this.runtime = image.runtime
    this.context = image.context
    this.loaded = image
    if (this.#stackSave() !== this.#layout.heapBase) this.#stackRestore(this.#layout.heapBase)
  }

  setMemoryLimit(bytes: number): void {
    this.ffi.QTS_RuntimeSetMemoryLimit(this.runtime, bytes)
  }

  newText(text: string): Pointer {
    const most = text.length * 3 + 1
    const pointer = this.#module._malloc(most)
    if (pointer === 0) throw new Poisoned('no memory for an argument')
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(pointer, pointer + most - 1))
    this.#bytes[pointer + written] = 0
    const value = this.ffi.QTS_NewString(this.context, pointer)
    this.#module._free(pointer)
    return value
  }

  /** Throws `TooLong`. */
  readText(value: Pointer, most = longest): string {
    const pointer = this.ffi.QTS_GetString(this.context, value)
    if (pointer === 0) throw new Poisoned('a value has no text')
    const end = this.#bytes.indexOf(0, pointer)
    const text = end - pointer > most ? undefined : this.#decoder.decode(this.#bytes.subarray(pointer, end))
    this.ffi.QTS_FreeCString(this.context, pointer)
    if (text === undefined) throw new TooLong()
    return text
  }

  /** Calls a function of the guest. `threw`: the value is what it threw. */
  call(fn: Pointer, ...given: readonly Pointer[]): { readonly threw: boolean; readonly value: Pointer } {
    return this.guarded(() => {
      const argv = this.#module._malloc(4 * Math.max(1, given.length))
      for (const [index, value] of given.entries()) this.#words[(argv >>> 2) + index] = value
      const result = this.ffi.QTS_Call(this.context, fn, this.ffi.QTS_GetUndefined(), given.length, argv)
      this.#module._free(argv)
      return this.#resolved(result)
    })
  }

  eval(code: string, file: string): { readonly threw: boolean; readonly value: Pointer } {
    return this.guarded(() => {
      const bytes = this.#encoder.encode(code)
      const pointer = this.#module._malloc(bytes.length + 1)
      if (pointer === 0) throw new Poisoned('no memory for the source')
      this.#bytes.set(bytes, pointer)
      this.#bytes[pointer + bytes.length] = 0
      const result = this.ffi.QTS_Eval(this.context, pointer, bytes.length, file, 0, 0)
      this.#module._free(pointer)
      return this.#resolved(result)
    })
  }

  evalText(code: string): string {
    const { threw, value } = this.eval(code, 'sandbox')
    const text = this.readText(value)
    if (threw) throw new Error(`sandbox: ${text}`)
    return text
  }

  get hasJobs(): boolean {
    return this.ffi.QTS_IsJobPending(this.runtime) !== 0
  }

  /** Runs promise jobs, at most that many, and says how many ran; NaN: one of them broke. */
  runJobs(most: number): number {
    return this.guarded(() => {
      const last = this.#module._malloc(4)
      const result = this.ffi.QTS_ExecutePendingJob(this.runtime, most, last)
      const count = this.ffi.QTS_GetFloat64(this.context, result)
      this.#module._free(last)
      return count
    })
  }

  /** Everything that runs guest code goes through here: what unwinds the engine's frames leaves its memory stale, so `loaded` is void. */
  guarded<T>(work: () => T): T {
    if (this.isPoisoned) throw new Poisoned('the instance is not to be used any more')
    if (this.#depth++ === 0) this.busy?.enter()
    try {
      return work()
    } catch (error) {
      throw this.#unwound(error)
    } finally {
      if (--this.#depth === 0) this.busy?.leave()
    }
  }

  #unwound(error: unknown): unknown {
    if (error instanceof TooLong) return error
    this.loaded = undefined
    if (error instanceof Stopped || error instanceof RangeError) {
      this.#stackRestore(this.#layout.heapBase)
      return error instanceof Stopped ? error : new NativeStack()
    }
    this.isPoisoned = true
    return error instanceof Poisoned ? error : new Poisoned(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }

  #resolved(result: Pointer): { readonly threw: boolean; readonly value: Pointer } {
    const thrown = this.ffi.QTS_ResolveException(this.context, result)
    return thrown === 0 ? { threw: false, value: result } : { threw: true, value: thrown }
  }

  /** Limits anew for what runs next. */
  arm({ fuel, milliseconds }: { readonly fuel: number; readonly milliseconds: number }): void {
    this.fuel = fuel
    this.deadline = performance.now() + milliseconds
    this.stoppedBy = undefined
    this.#interruptsSince = 0
  }

  /** The interrupt can be caught by the guest (when an iterator is closed, by a promise): then it is stopped by an exception of ours. */
  #onInterrupt(): number {
    if (this.stoppedBy) {
      if (++this.#interruptsSince > chances) throw new Stopped()
      return 1
    }
    if (--this.fuel < 0) this.stoppedBy = 'fuel'
    else if (performance.now() > this.deadline) this.stoppedBy = 'deadline'
    return this.stoppedBy ? 1 : 0
  }
}

type Instance = {
  readonly module: EngineModule
  readonly exports: WebAssembly.Exports
  readonly bytes: Uint8Array
  readonly words: Uint32Array
  readonly patched: Patched
}

const instantiate = async ({ module: compiled, load }: Variant, now: () => number): Promise<Instance> => {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const words = new Uint32Array(memory.buffer)
  let exports: WebAssembly.Exports = {}
  let patched: Patched = { clock: 0, zone: 0 }
  const module = await load({
    wasmMemory: memory,
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports, done) {
      patched = patchImports(imports, { now, words: () => words })
      const instance = new WebAssembly.Instance(compiled, imports as WebAssembly.Imports)
      exports = instance.exports
      done(instance, compiled)
      return exports
    },
  })
  return { module, exports, bytes: new Uint8Array(memory.buffer), words, patched }
}
