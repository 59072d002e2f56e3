/** A section of a WebAssembly binary: its id and where its content begins and ends. */
type Section = { readonly id: number; readonly start: number; readonly end: number }

/** Reads the few parts of a WebAssembly binary (core specification, chapter 5) that tell how its memory is laid out. */
class Reader {
  at: number
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }
  byte(): number {
    const value = this.bytes[this.at++]
    if (value === undefined) throw new Error('the WebAssembly binary ends early')
    return value
  }
  /** LEB128; signed ones of 32 bits. */
  number(signed = false): number {
    let [result, shift, byte] = [0, 0, 0]
    do {
      byte = this.byte()
      result |= (byte & 127) << shift
      shift += 7
    } while (byte & 128)
    return signed && byte & 64 && shift < 32 ? result | (-1 << shift) : signed ? result : result >>> 0
  }
  name(): string {
    const length = this.number()
    this.at += length
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at))
  }
  limits(): void {
    const flags = this.number()
    this.number()
    if (flags & 1) this.number()
  }
}

const sections = (bytes: Uint8Array): readonly Section[] => {
  const found: Section[] = []
  const reader = new Reader(bytes, 8)
  while (reader.at < bytes.length) {
    const id = reader.byte()
    const length = reader.number()
    found.push({ id, start: reader.at, end: reader.at + length })
    reader.at += length
  }
  return found
}

const section = (bytes: Uint8Array, id: number): Reader => {
  const found = sections(bytes).find((one) => one.id === id)
  if (!found) throw new Error(`the WebAssembly binary has no section ${id}`)
  return new Reader(bytes, found.start)
}

const importedFunctions = (bytes: Uint8Array): number => {
  const reader = section(bytes, 2)
  let functions = 0
  for (let left = reader.number(); left > 0; left--) {
    reader.name()
    reader.name()
    const kind = reader.byte()
    if (kind === 0) {
      reader.number()
      functions++
    } else if (kind === 1) {
      reader.byte()
      reader.limits()
    } else if (kind === 2) reader.limits()
    else reader.at += 2
  }
  return functions
}

/** The initial value of the stack pointer, which LLVM makes the first global: the C stack grows down from it, the heap begins there. */
export const initialStackPointer = (bytes: Uint8Array): number => {
  const reader = section(bytes, 6)
  reader.number()
  const [type, , instruction] = [reader.byte(), reader.byte(), reader.byte()]
  if (type !== 0x7f || instruction !== 0x41) throw new Error('the first global of the WebAssembly binary is no constant of 32 bits')
  return reader.number(true)
}

/** Names of the exported functions whose bodies are `global.get 0` and `local.get 0; global.set 0`: emscripten minifies them. */
export const stackFunctions = (bytes: Uint8Array): { readonly save: string; readonly restore: string } => {
  const names = new Map<number, string>()
  const exported = section(bytes, 7)
  for (let left = exported.number(); left > 0; left--) {
    const [name, kind, index] = [exported.name(), exported.byte(), exported.number()]
    if (kind === 0) names.set(index, name)
  }
  const first = importedFunctions(bytes)
  const code = section(bytes, 10)
  const byBody = new Map<string, string>()
  const count = code.number()
  for (let index = 0; index < count; index++) {
    const size = code.number()
    const name = names.get(first + index)
    if (name !== undefined && size < 8) byBody.set(bytes.subarray(code.at, code.at + size).join(), name)
    code.at += size
  }
  const [save, restore] = [byBody.get('0,35,0,11'), byBody.get('0,32,0,36,0,11')]
  if (save === undefined || restore === undefined) throw new Error('the WebAssembly binary exports no functions for its stack pointer')
  return { save, restore }
}
