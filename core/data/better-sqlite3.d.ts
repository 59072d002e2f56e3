/** The part of better-sqlite3 that is used here; the package brings no types. */
declare module 'better-sqlite3' {
  export type Statement = {
    /** Returns rows. */
    readonly reader: boolean
    /** Writes nothing. */
    readonly readonly: boolean
    all(parameters: readonly unknown[]): unknown[]
    run(parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>
  }
  export default class Database {
    constructor(path: string, options?: { readonly readonly?: boolean; readonly timeout?: number })
    readonly inTransaction: boolean
    readonly open: boolean
    readonly readonly: boolean
    prepare(sql: string): Statement
    pragma(text: string): unknown
    exec(sql: string): void
    close(): void
  }
}
