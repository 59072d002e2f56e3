import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { QuickJSSyncVariant } from '@jitl/quickjs-ffi-types'
import { initialStackPointer, stackFunctions } from './wasm.ts'

/** The functions of the variant that the engine uses: private API, which is why its version is pinned. Pointers are numbers, 0 is none. */
export type Ffi = {
  QTS_NewRuntime(): number
  QTS_RuntimeSetMemoryLimit(runtime: number, bytes: number): void
  QTS_RuntimeSetMaxStackSize(runtime: number, bytes: number): void
  QTS_RuntimeEnableInterruptHandler(runtime: number): void
  QTS_NewContext(runtime: number, intrinsics: number): number
  QTS_NewFloat64(context: number, value: number): number
  QTS_GetFloat64(context: number, value: number): number
  QTS_NewString(context: number, text: number): number
  QTS_GetString(context: number, value: number): number
  QTS_FreeCString(context: number, text: number): void
  QTS_GetProp(context: number, object: number, name: number): number
  QTS_GetUndefined(): number
  QTS_Call(context: number, callee: number, self: number, count: number, values: number): number
  QTS_ResolveException(context: number, value: number): number
  QTS_Eval(context: number, code: number, length: number, file: string, detectModule: number, flags: number): number
  QTS_IsJobPending(runtime: number): number
  QTS_ExecutePendingJob(runtime: number, most: number, context: number): number
}

type Callbacks = Readonly<Record<string, (...values: number[]) => number | void>>
/** What emscripten's glue gives. */
type Module = {
  readonly ['_malloc']: (bytes: number) => number
  readonly ['_free']: (pointer: number) => void
  callbacks: Callbacks
}

/** Where things are in linear memory, in bytes: static data, then the C stack growing down from `heap`, then the heap up to the program break. */
export type Layout = {
  readonly staticEnd: number
  readonly heap: number
  /** The address of the word that holds the program break. */
  readonly breakAt: number
}

export type Instance = {
  readonly memory: WebAssembly.Memory
  readonly ffi: Ffi
  /** Address of so many bytes, 0 where there are none left. */
  allocate(bytes: number): number
  release(address: number): void
  stackPointer(): number
  setStackPointer(value: number): void
}

export type Variant = {
  readonly layout: Layout
  /** `patch` may replace what the binary imports; `callbacks` are called by the glue. */
  instantiate(patch: (imports: WebAssembly.Imports) => void, callbacks: Callbacks): Promise<Instance>
}

const name = '@jitl/quickjs-wasmfile-release-sync'
/** 16 MiB, as the binary asks for; never more, so that no view of the memory is ever detached. */
const pages = 256
/** What the variant is built with. */
const stackBytes = 5 * 1024 * 1024

type Loader = (options: object) => Promise<Module>
// The package is a module of both kinds, so its function may sit below some `default`s.
const loaderOf = (value: unknown): Loader =>
  typeof value === 'function' ? (value as Loader) : loaderOf((value as { default: unknown }).default)

const unexpected = (what: string): Error =>
  new Error(`The engine of the sandbox is not the one it was made for: ${what}. Install the version of ${name} that package.json names.`)

const load = async (): Promise<Variant> => {
  const bytes = readFileSync(createRequire(import.meta.url).resolve(`${name}/wasm`))
  // The types of the package are those of its CommonJS form.
  const { default: variant } = (await import('@jitl/quickjs-wasmfile-release-sync')) as unknown as { readonly default: QuickJSSyncVariant }
  const [binary, loader, FFI] = await Promise.all([
    WebAssembly.compile(bytes),
    variant.importModuleLoader().then(loaderOf),
    variant.importFFI(),
  ])
  const stack = stackFunctions(bytes)

  const instantiate: Variant['instantiate'] = async (patch, callbacks) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    let exports: WebAssembly.Exports = {}
    const module = await loader({
      wasmMemory: memory,
      print() {},
      printErr() {},
      instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) {
        patch(imports)
        const instance = new WebAssembly.Instance(binary, imports)
        exports = instance.exports
        done(instance, binary)
        return exports
      },
    })
    module.callbacks = callbacks
    return {
      memory,
      ffi: new FFI(module as never) as unknown as Ffi,
      allocate: module['_malloc'],
      release: module['_free'],
      stackPointer: exports[stack.save] as () => number,
      setStackPointer: exports[stack.restore] as (value: number) => void,
    }
  }
  return { layout: findLayout(await instantiate(() => {}, {}), initialStackPointer(bytes)), instantiate }
}

/** Looks in an instance that is thrown away. */
const findLayout = ({ memory, allocate }: Instance, heap: number): Layout => {
  const staticEnd = heap - stackBytes
  if (staticEnd < 65_536 || staticEnd > 262_144) throw unexpected(`its static data would end at ${staticEnd}`)
  const words = new Uint32Array(memory.buffer)
  const before = words.slice(0, staticEnd >>> 2)
  const size = 1024 * 1024
  const block = allocate(size)
  if (block < heap) throw unexpected(`it allocates at ${block}, below ${heap}`)
  // The program break is the one word of static data that moved past the end of the new block.
  const moved = before.findIndex((word, at) => words[at] !== word && words[at]! >= block + size && words[at]! <= memory.buffer.byteLength)
  if (moved < 0) throw unexpected('its program break is in no word of its static data')
  // Above what start-up used, the C stack is untouched: the static data does not reach into it.
  const dirty = words.subarray(staticEnd >>> 2, (heap - 256 * 1024) >>> 2).findIndex((word) => word !== 0)
  if (dirty >= 0) throw unexpected('there is data where its stack should be')
  return { staticEnd, heap, breakAt: moved * 4 }
}

let loaded: Promise<Variant> | undefined
/** Compiled once in a thread. Rejects where the installed variant is not laid out as expected. */
export const loadVariant = (): Promise<Variant> => (loaded ??= load())
