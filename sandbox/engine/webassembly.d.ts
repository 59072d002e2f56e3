/** The part of the WebAssembly API (https://webassembly.github.io/spec/js-api/) that is used here: TypeScript has it among the browser's types only. */
declare namespace WebAssembly {
  class Module {
    private readonly isModule: true
  }
  type Exports = Record<string, unknown>
  type Imports = Record<string, Record<string, unknown>>
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: Exports
  }
  class Memory {
    constructor(options: { readonly initial: number; readonly maximum: number })
    readonly buffer: ArrayBuffer
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
