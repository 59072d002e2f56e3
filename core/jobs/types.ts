import type { Json } from '../api/index.ts'
import type { Tx } from '../data/tables.ts'

/** Work that can be done later, by any replica. Keep secrets out of `data`: it is stored as it is. */
export type Job = {
  readonly kind: string
  readonly data: Json
  /** Not before; at once where it is not said. */
  readonly runAt?: Date
  /** While one of this kind and key waits to be begun, another is not added. */
  readonly uniqueKey?: string
}

export type JobHandler = {
  /** Tries in all before it is dead. A schedule is never dead: it waits for its next time. */
  readonly attempts: number
  /** Seconds before try n (2, 3, …), jitter is added. 2, 4, 8, … up to an hour where it is not said. */
  readonly backOff?: (attempt: number) => number
  /** Seconds until it is aborted and counts as failed; 60 where it is not said. */
  readonly timeout?: number
  /**
   * Does it. May be run more than once for one job (a process can die after the work and before its end is written), so doing it twice must
   * do no harm. `attempt` counts from 1; `signal` aborts at the timeout, at a stop that takes too long, and when the lease was lost.
   */
  run(data: Json, context: { readonly attempt: number; readonly signal: AbortSignal; readonly jobId: string }): Promise<void>
}

export type Jobs = {
  /** Adds a job; with `tx` in that transaction, so that it is there exactly if what it follows from is. */
  enqueue(job: Job, tx?: Tx): Promise<void>
  /** Says how jobs of a kind are done. What no handler is known of is left for other replicas. Throws if the kind has one already. */
  handle(kind: string, handler: JobHandler): void
  /** As `handle`, for work that comes back that many seconds after its last end: on one replica at a time, whatever their number. */
  every(kind: string, seconds: number, handler: JobHandler): void
  /** Begins to take jobs. */
  start(): void
  /** Takes no more, waits a few seconds for what runs, aborts the rest and gives its leases back. */
  drain(): Promise<void>
}
