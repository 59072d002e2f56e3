import { apply, type Image, take } from './image.ts'
import { type Instance, type Layout, loadVariant } from './variant.ts'

/** Thrown into the engine when the program has caught the request to stop: it unwinds every frame. */
class Stopped extends Error {}
/** The program exhausted the native stack. The next `load` heals the engine. */
export class NativeStackOverflow extends Error {}
/** The engine trapped or aborted, or has no memory for the host's own needs: it must not be used again. */
export class Broken extends Error {}

/** Of QuickJS: base objects, Date, eval (which the host needs), RegExp and its compiler, JSON, Map and Set, promises, BigInt. No Proxy (128), typed arrays (512), WeakRef. */
const intrinsics = 1 | 2 | 4 | 8 | 16 | 32 | 64 | 256 | 1024
/** Bytes of the shadow stack. What the native stack of a worker (8 MB) holds, measured over many shapes of recursion. */
const stackLimit = 128 * 1024
/** A wall clock that runs this many times longer than the deadline ends a run that got too little CPU to reach it. */
const starved = 10

/** Of this thread. The kernel may count it in steps of 4 ms. */
const cpuMilliseconds = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export type Value = { readonly threw: boolean; readonly pointer: number }

/** What a run may use until it is stopped. */
export type Allowance = { readonly fuel: number; readonly milliseconds: number }

/** One instance of QuickJS. It knows bytes, functions and strings; programs are the machine's. */
export class Engine {
  /** Epoch milliseconds: what the program's clock says. */
  now = 0
  /** Why the program was asked to stop, if it was. It may have caught that, so whatever it returned is void. */
  stopped: 'fuel' | 'deadline' | undefined
  broken = false
  readonly layout: Layout
  #instance!: Instance
  #bytes!: Uint8Array
  #words!: Uint32Array
  #runtime = 0
  #context = 0
  #fuel = Infinity
  #asked = 0
  #wallEnd = Infinity
  #wallLast = Infinity
  #cpuEnd = Infinity
  #patched = { clock: 0, zone: 0 }
  #loaded: Image | undefined
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder()

  private constructor(layout: Layout) {
    this.layout = layout
  }

  /** `memory`: bytes that the guest may hold. Rejects if the variant is not as expected. */
  static async create(memory: number): Promise<Engine> {
    const variant = await loadVariant()
    const engine = new Engine(variant.layout)
    const instance = await variant.instantiate((imports) => engine.#takeClock(imports), {
      callFunction: () => 0,
      shouldInterrupt: () => engine.#interrupt(),
      freeHostRef() {},
      loadModuleSource: () => 0,
      normalizeModule: () => 0,
    })
    engine.#instance = instance
    engine.#bytes = new Uint8Array(instance.memory.buffer)
    engine.#words = new Uint32Array(instance.memory.buffer)
    const { ffi } = instance
    engine.#runtime = ffi.QTS_NewRuntime()
    ffi.QTS_RuntimeSetMemoryLimit(engine.#runtime, memory)
    ffi.QTS_RuntimeSetMaxStackSize(engine.#runtime, stackLimit)
    ffi.QTS_RuntimeEnableInterruptHandler(engine.#runtime)
    engine.#context = ffi.QTS_NewContext(engine.#runtime, intrinsics)
    engine.#testClock()
    return engine
  }

  /** The glue's imports have minified names, so the clock and the time zone are found by what they are; `#testClock` proves it. */
  #takeClock(imports: WebAssembly.Imports): void {
    for (const space of Object.values(imports))
      for (const [name, value] of Object.entries(space)) {
        if (typeof value !== 'function') continue
        const text = Function.prototype.toString.call(value)
        if (/^\(\)\s*=>\s*Date\.now\(\)$/.test(text)) {
          space[name] = () => this.now
          this.#patched.clock++
        } else if (text.includes('getSeconds') && text.includes('getTimezoneOffset')) {
          space[name] = (seconds: bigint | number, at: number) => this.#brokenDownTime(Number(seconds), at)
          this.#patched.zone++
        }
      }
  }

  /** C's `localtime_r`, in UTC. */
  #brokenDownTime(seconds: number, at: number): void {
    const time = new Date(seconds * 1000)
    const year = time.getUTCFullYear()
    const day = Math.floor((time.getTime() - Date.UTC(year, 0, 1)) / 86_400_000)
    this.#words.set(
      [
        time.getUTCSeconds(),
        time.getUTCMinutes(),
        time.getUTCHours(),
        time.getUTCDate(),
        time.getUTCMonth(),
        year - 1900,
        time.getUTCDay(),
        day,
        0,
        0,
      ],
      at >>> 2,
    )
  }

  #testClock(): void {
    this.now = 1_234_567_890_123
    const { pointer } = this.evaluate('String([Date.now(), new Date().getHours(), new Date(0).getTimezoneOffset()])', 'test')
    const said = this.text(pointer, 100)
    if (said !== '1234567890123,23,0' || this.#patched.clock !== 1 || this.#patched.zone !== 1)
      throw new Error(`The engine of the sandbox has a clock of its own (it says ${said}); it is not the version it was made for.`)
    this.now = 0
  }

  /** A copy of all that is alive: static data and heap. Between calls the stack is empty. */
  save(base?: Image): Image {
    return take(this.#bytes, this.layout, this.#words[this.layout.breakAt >>> 2]!, base)
  }

  /** The state of the image, whatever ran before, and nothing else in memory. */
  load(image: Image): void {
    apply(this.#bytes, this.layout, this.#words[this.layout.breakAt >>> 2]!, image)
    this.#loaded = image
    if (this.#instance.stackPointer() !== this.layout.heap) this.#instance.setStackPointer(this.layout.heap)
  }

  /** Loads it where it is not loaded and untouched already. */
  ensure(image: Image): void {
    if (this.#loaded !== image) this.load(image)
  }

  /** Begins a run: all of the allowance, the clock at `now`. */
  arm({ fuel, milliseconds }: Allowance, now: number): void {
    this.now = now
    this.stopped = undefined
    this.#asked = 0
    this.#fuel = fuel
    const wall = performance.now()
    this.#wallEnd = wall + milliseconds
    this.#wallLast = wall + milliseconds * starved
    this.#cpuEnd = cpuMilliseconds() + milliseconds
  }

  /** Nothing limits what comes next, which is ours. */
  disarm(): void {
    this.stopped = undefined
    this.#fuel = this.#wallEnd = this.#wallLast = Infinity
  }

  /** Is it past the deadline? A machine that is short of CPU is not the program's fault, so the wall clock alone decides only in the end. */
  late(): boolean {
    const wall = performance.now()
    if (wall <= this.#wallEnd) return false
    if (wall > this.#wallLast) return true
    return cpuMilliseconds() >= this.#cpuEnd
  }

  /** Polled by QuickJS every 10,000 branches or calls. */
  #interrupt(): number {
    if (this.stopped) {
      // A program can catch the request (by closing an iterator, by a promise); it cannot catch what unwinds the engine itself.
      if (++this.#asked > 2) throw new Stopped()
      return 1
    }
    if (--this.#fuel < 0) this.stopped = 'fuel'
    else if (this.late()) this.stopped = 'deadline'
    return this.stopped ? 1 : 0
  }

  /** Bytes that the heap grew by since the image. */
  heldSince(image: Image): number {
    return this.#words[this.layout.breakAt >>> 2]! - image.end
  }

  /** Lifts the limit of memory for reading the outcome; the next `load` brings it back. */
  liftMemoryLimit(): void {
    this.#instance.ffi.QTS_RuntimeSetMemoryLimit(this.#runtime, -1)
  }

  number(value: number): number {
    return this.#instance.ffi.QTS_NewFloat64(this.#context, value)
  }

  /** A string for the guest. It ends at the first NUL, so only source and JSON may be given. */
  string(text: string): number {
    const { ffi } = this.#instance
    return this.#withBytes(text, (pointer) => ffi.QTS_NewString(this.#context, pointer))
  }

  /** The string of a guest's value; `undefined` if it has more than `most` bytes. It ends at the first NUL. */
  text(value: number, most: number): string | undefined {
    const { ffi } = this.#instance
    return this.#guarded(() => {
      const start = ffi.QTS_GetString(this.#context, value)
      if (!start) throw this.#break('no memory for a string')
      const end = this.#bytes.indexOf(0, start)
      const text = end - start > most ? undefined : this.#decoder.decode(this.#bytes.subarray(start, end))
      ffi.QTS_FreeCString(this.#context, start)
      return text
    })
  }

  property(object: number, name: string): number {
    return this.#instance.ffi.QTS_GetProp(this.#context, object, this.string(name))
  }

  /** Runs a script in sloppy mode. Throws `NativeStackOverflow` and `Broken`. */
  evaluate(code: string, file: string): Value {
    const { ffi } = this.#instance
    return this.#guarded(() =>
      this.#withBytes(code, (pointer, length) => this.#value(ffi.QTS_Eval(this.#context, pointer, length, file, 0, 0))),
    )
  }

  /** Calls a guest's function. Throws `NativeStackOverflow` and `Broken`; what the guest throws is a value. */
  call(callee: number, ...values: readonly number[]): Value {
    const { ffi, allocate, release } = this.#instance
    return this.#guarded(() => {
      const list = allocate(4 * Math.max(1, values.length))
      if (!list) throw this.#break('no memory for a call')
      this.#words.set(values, list >>> 2)
      const result = ffi.QTS_Call(this.#context, callee, ffi.QTS_GetUndefined(), values.length, list)
      release(list)
      return this.#value(result)
    })
  }

  /** Runs at most so many promise jobs; how many did run, `undefined` if one ended in an error that no program can catch. */
  runJobs(most: number): number | undefined {
    const { ffi, allocate, release } = this.#instance
    return this.#guarded(() => {
      const context = allocate(4)
      const ran = ffi.QTS_GetFloat64(this.#context, ffi.QTS_ExecutePendingJob(this.#runtime, most, context))
      release(context)
      return ran >= 0 ? ran : undefined
    })
  }

  get jobsPending(): boolean {
    return this.#instance.ffi.QTS_IsJobPending(this.#runtime) !== 0
  }

  #value(result: number): Value {
    const error = this.#instance.ffi.QTS_ResolveException(this.#context, result)
    return error ? { threw: true, pointer: error } : { threw: false, pointer: result }
  }

  #withBytes<T>(text: string, use: (pointer: number, length: number) => T): T {
    const { allocate, release } = this.#instance
    this.#loaded = undefined
    const most = text.length * 3
    const pointer = allocate(most + 1)
    if (!pointer) throw this.#break(`no memory for a text of ${text.length} characters`)
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(pointer, pointer + most))
    this.#bytes[pointer + written] = 0
    const result = use(pointer, written)
    release(pointer)
    return result
  }

  #break(why: string): Broken {
    this.broken = true
    return new Broken(why)
  }

  #guarded<T>(work: () => T): T {
    if (this.broken) throw new Broken('the engine broke before')
    this.#loaded = undefined
    try {
      return work()
    } catch (error) {
      // Frames were unwound, so the stack pointer and the heap are not as the engine believes; loading an image mends both.
      if (error instanceof Stopped || error instanceof RangeError) {
        this.#instance.setStackPointer(this.layout.heap)
        throw error instanceof Stopped ? error : new NativeStackOverflow('stack overflow')
      }
      throw error instanceof Broken ? error : this.#break(String(error))
    }
  }
}
