/** The part of WebAssembly's JavaScript interface that the engine needs; TypeScript has it in its library for browsers only. */
declare namespace WebAssembly {
  type Exports = Readonly<Record<string, unknown>>
  type Imports = Record<string, Record<string, unknown>>
  type Module = { readonly [Symbol.toStringTag]: string }
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: Exports
  }
  class Memory {
    constructor(pages: { readonly initial: number; readonly maximum: number })
    readonly buffer: ArrayBuffer
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
