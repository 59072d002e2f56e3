import type { Failure, Limits, Prepared, Result, Run } from '../types.ts'

/** What a worker is started with. */
export type WorkerData = { readonly prelude: string | undefined; readonly limits: Partial<Limits>; readonly busy: Int32Array }

/** A run as it is sent: the scope as text, and the program only where the worker has not had it. */
export type SentRun = Omit<Run, 'program' | 'scope'> & { readonly id: string; readonly program?: Prepared; readonly scope: string }

export type ToWorker =
  | { readonly do: 'run'; readonly job: number; readonly runs: readonly SentRun[] }
  | { readonly do: 'compile'; readonly job: number; readonly program: Prepared }

export type FromWorker =
  | { readonly is: 'ready' }
  | { readonly is: 'ran'; readonly job: number; readonly results: readonly Result[] }
  | { readonly is: 'compiled'; readonly job: number; readonly failure: Failure | undefined }

/**
 * What a watchdog reads without a message, so that nobody is killed because the main thread was late: the job that is inside the engine (0: none),
 * the number of its run, and when the engine was entered.
 */
export const busyAt = { job: 0, run: 1, since: 2, length: 3 } as const

/** Milliseconds on the one clock that all threads share, within 31 bits. */
export const sharedClock = (): number => (performance.timeOrigin + performance.now()) & 0x7fffffff
