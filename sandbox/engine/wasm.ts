/** Reads the few facts about a WebAssembly binary that its API does not tell (https://webassembly.github.io/spec/core/binary/). */
export type Facts = {
  /** Exports whose bodies are `global.get 0` and `local.get 0; global.set 0`: the C stack pointer's getter and setter. */
  readonly stackSave: string
  readonly stackRestore: string
  /** Where the C stack begins; it grows down, the heap lies above it. */
  readonly stackTop: number
}

const sections = { imports: 2, globals: 6, exports: 7, code: 10 }
const i32 = 0x7f
const i32Const = 0x41
const saveBody = '0,35,0,11'
const restoreBody = '0,32,0,36,0,11'

class Reader {
  at = 8
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  byte(): number {
    return this.bytes[this.at++] ?? 0
  }
  /** LEB128. */
  unsigned(): number {
    let result = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      result |= (byte & 127) << shift
      if ((byte & 128) === 0) return result >>> 0
    }
  }
  signed(): number {
    let result = 0
    for (let shift = 0; ;) {
      const byte = this.byte()
      result |= (byte & 127) << shift
      shift += 7
      if ((byte & 128) === 0) return byte & 64 && shift < 32 ? result | (-1 << shift) : result
    }
  }
  name(): string {
    const length = this.unsigned()
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length))
    this.at += length
    return text
  }
  limits(): void {
    const flags = this.unsigned()
    this.unsigned()
    if (flags & 1) this.unsigned()
  }
}

/** How many functions are imported: indices of the module's own begin after them. */
const importedFunctions = (reader: Reader): number => {
  let functions = 0
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.name()
    reader.name()
    const kind = reader.byte()
    if (kind === 0) {
      reader.unsigned()
      functions++
    } else if (kind === 1) {
      reader.byte()
      reader.limits()
    } else if (kind === 2) reader.limits()
    else reader.at += 2
  }
  return functions
}

const exportedFunctions = (reader: Reader): ReadonlyMap<number, string> => {
  const names = new Map<number, string>()
  for (let left = reader.unsigned(); left > 0; left--) {
    const name = reader.name()
    const kind = reader.byte()
    const index = reader.unsigned()
    if (kind === 0) names.set(index, name)
  }
  return names
}

const firstGlobal = (reader: Reader): number | undefined => {
  reader.unsigned()
  if (reader.byte() !== i32) return undefined
  reader.byte()
  return reader.byte() === i32Const ? reader.signed() : undefined
}

/** Throws where the binary is not built as expected: then nothing here may rely on it. */
export const factsOf = (bytes: Uint8Array): Facts => {
  const reader = new Reader(bytes)
  let imported = 0
  let names: ReadonlyMap<number, string> = new Map()
  let stackTop: number | undefined
  let stackSave: string | undefined
  let stackRestore: string | undefined
  const readCode = () => {
    const count = reader.unsigned()
    for (let index = 0; index < count; index++) {
      const size = reader.unsigned()
      const name = names.get(imported + index)
      const body = name !== undefined && size < 8 ? reader.bytes.subarray(reader.at, reader.at + size).join() : ''
      if (body === saveBody) stackSave = name
      if (body === restoreBody) stackRestore = name
      reader.at += size
    }
  }
  while (reader.at < bytes.length) {
    const id = reader.byte()
    const length = reader.unsigned()
    const end = reader.at + length
    if (id === sections.imports) imported = importedFunctions(reader)
    if (id === sections.globals) stackTop = firstGlobal(reader)
    if (id === sections.exports) names = exportedFunctions(reader)
    if (id === sections.code) readCode()
    reader.at = end
  }
  if (stackTop === undefined || stackSave === undefined || stackRestore === undefined)
    throw new Error('sandbox: the engine is not built as expected: its stack was not found')
  return { stackTop, stackSave, stackRestore }
}
