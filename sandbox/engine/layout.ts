import type { EngineModule } from './variant.ts'
import type { Facts } from './wasm.ts'

/** Which parts of linear memory are alive: static data from 0 to `dataEnd`, the heap from `heapBase` to the break. Between them is the C stack. */
export type Layout = {
  readonly dataEnd: number
  readonly heapBase: number
  /** Address of the word that holds the program break. */
  readonly breakAt: number
}

/** Emscripten's STACK_SIZE of this build. */
const stackBytes = 5 * 1024 * 1024
const page = 65_536
const probe = 1 << 20
/** The C stack's upper end has been used by then. */
const used = 256 * 1024

const unexpected = () => new Error('sandbox: the memory of the engine is not laid out as expected; this version of it cannot be used')

/** The word of static data that follows the end of the heap when the heap grows. */
const findBreak = (module: EngineModule, words: Uint32Array): { readonly breakAt: number; readonly allocated: number } => {
  const before = words.slice(0, page)
  const allocated = module._malloc(probe)
  let highest = 0
  let breakAt = 0
  for (let index = 256; index < page; index++) {
    const value = words[index] ?? 0
    if (value === before[index] || value > module.HEAPU8.length || value - allocated < probe || value <= highest) continue
    highest = value
    breakAt = index * 4
  }
  module._free(allocated)
  return { breakAt, allocated }
}

/** Finds the layout, on an instance that is thrown away afterwards, and throws where anything about it is not as expected. */
export const findLayout = (module: EngineModule, words: Uint32Array, { stackTop }: Facts): Layout => {
  const { breakAt, allocated } = findBreak(module, words)
  const dataEnd = stackTop - stackBytes
  if (breakAt === 0 || allocated < stackTop || dataEnd < page || dataEnd > 4 * page) throw unexpected()
  for (let index = dataEnd >>> 2; index < (stackTop - used) >>> 2; index++) if (words[index] !== 0) throw unexpected()
  return { dataEnd, heapBase: stackTop, breakAt }
}
