import type { Input } from './machine.ts'
import type { Failure, Limits, Prepared, Result } from './types.ts'

/** What a worker is started with. */
export type Start = { readonly limits: Limits; readonly prelude: string; readonly busy: Int32Array }

export type Work = { readonly tag: number; readonly program: string; readonly input: Input | undefined }

/** To a worker. `learn`: programs that it did not have; `forget`: ids of those that it should let go. Work without input is compiled only. */
export type Order = {
  readonly job: number
  readonly learn: readonly Prepared[]
  readonly forget: readonly string[]
  readonly work: readonly Work[]
}

/** From a worker: results in the order of the work, `undefined` for what compiled; or, once and first, that it is ready. */
export type Report = { readonly job: number; readonly results: readonly (Result | Failure | undefined)[] } | 'ready'

/** The words of `busy`: the tag of the work that the engine does now or 0, when it began by `sharedClock`, and milliseconds it may take. */
export const busyWords = { tag: 0, since: 1, allowed: 2, count: 3 } as const

/** Milliseconds on the clock that all threads share, in 31 bits: differences are right over weeks. */
export const sharedClock = (): number => (performance.timeOrigin + performance.now()) & 0x7fffffff
