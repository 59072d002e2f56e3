import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { factsOf, type Facts } from './wasm.ts'

/** Pinned exactly: what lies behind its public API is relied upon, and proved at each start (`layout.ts`). */
const name = '@jitl/quickjs-wasmfile-release-sync'

export type Pointer = number

/** The functions of the engine that are used here, as the package's `ffi` has them. */
export type Ffi = {
  QTS_NewRuntime(): Pointer
  QTS_RuntimeSetMemoryLimit(runtime: Pointer, bytes: number): void
  QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void
  QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void
  QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer
  QTS_Eval(context: Pointer, code: Pointer, length: number, file: string, detectModule: number, flags: number): Pointer
  QTS_Call(context: Pointer, fn: Pointer, self: Pointer, argc: number, argv: Pointer): Pointer
  QTS_ResolveException(context: Pointer, value: Pointer): Pointer
  QTS_ExecutePendingJob(runtime: Pointer, most: number, lastContext: Pointer): Pointer
  QTS_IsJobPending(runtime: Pointer): number
  QTS_NewString(context: Pointer, text: Pointer): Pointer
  QTS_GetString(context: Pointer, value: Pointer): Pointer
  QTS_FreeCString(context: Pointer, text: Pointer): void
  QTS_NewFloat64(context: Pointer, value: number): Pointer
  QTS_GetFloat64(context: Pointer, value: Pointer): number
  QTS_GetProp(context: Pointer, value: Pointer, name: Pointer): Pointer
  QTS_GetUndefined(): Pointer
}

export type EngineModule = {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): Pointer
  _free(pointer: Pointer): void
  callbacks: Readonly<Record<string, (...given: never[]) => number>>
}

type Imports = Record<string, Record<string, unknown>>
type Loader = (options: {
  readonly wasmMemory: WebAssembly.Memory
  readonly print: () => void
  readonly printErr: () => void
  instantiateWasm(imports: Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void): WebAssembly.Exports
}) => Promise<EngineModule>

export type Variant = {
  readonly module: WebAssembly.Module
  readonly facts: Facts
  readonly load: Loader
  readonly Ffi: new (module: EngineModule) => Ffi
}

type Package = { readonly importModuleLoader: () => Promise<unknown>; readonly importFFI: () => Promise<unknown> }

/** Modules that went through both module systems carry their content in `default`, once or twice. */
const unwrap = (value: unknown): unknown => (typeof value === 'function' ? value : unwrap((value as { readonly default: unknown }).default))

const load = async (): Promise<Variant> => {
  const bytes = readFileSync(createRequire(import.meta.url).resolve(`${name}/wasm`))
  const { default: variant } = (await import('@jitl/quickjs-wasmfile-release-sync')) as unknown as { readonly default: Package }
  const [module, loader, ffi] = await Promise.all([WebAssembly.compile(bytes), variant.importModuleLoader(), variant.importFFI()])
  return { module, facts: factsOf(bytes), load: unwrap(loader) as Loader, Ffi: unwrap(ffi) as Variant['Ffi'] }
}

let loading: Promise<Variant> | undefined

/** The engine's code, compiled once in a thread. */
export const loadVariant = (): Promise<Variant> => (loading ??= load())
