import type { Input } from './machine.ts'
import type { Failure, Prepared, Result } from './types.ts'

/** One run, or one program to be compiled (without input). `settle` is called once. */
export type Piece = {
  readonly tag: number
  readonly program: Prepared
  readonly input: Input | undefined
  settle(result: Result | Failure | undefined): void
}

/** Work that goes to one worker in one message. */
export type Job = {
  readonly id: number
  readonly work: readonly Piece[]
  /** How often it was sent to a worker that ended before it was done. */
  readonly tries: number
}

/** What it says where it never got to run. */
export const settleFailed = (piece: Piece, failure: Failure): void =>
  piece.settle(piece.input ? { ok: false, failure, logs: [], us: 0 } : failure)
