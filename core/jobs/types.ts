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
   * How many run at a time in this process, in a lane of their own: beside the jobs of other kinds, so that slow ones hold nothing else up. Where
   * it is not said, they share the places that there are for all.
   */
  readonly concurrency?: number
  /** Names of which each has a lane of `concurrency` for jobs of the kind `<kind>:<name>`. Asked each time jobs are taken; others are left alone. */
  readonly each?: () => readonly string[]
  /**
   * Does it. May be run more than once for one job (a process can die after the work and before its end is written), so doing it twice must
   * do no harm. `attempt` counts from 1; `signal` aborts at the timeout, at a stop that takes too long, and when the lease was lost.
   */
  run(
    data: Json,
    context: { readonly attempt: number; readonly signal: AbortSignal; readonly jobId: string; readonly kind: string },
  ): Promise<void>
  /** Told once that a job is dead, with the reason as `lastError` shows it. What it throws is logged. */
  dead?(
    data: Json,
    told: { readonly kind: string; readonly jobId: string; readonly attempts: number; readonly reason: string },
  ): Promise<void>
}

/** Thrown by a handler: trying again is senseless, so the job is dead at once. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp'
}

/** Thrown by a handler: not before so many seconds, also where its back-off is shorter. At most a day. */
export class TryLater extends Error {
  override readonly name = 'TryLater'
  readonly seconds: number
  constructor(message: string, seconds: number) {
    super(message)
    this.seconds = seconds
  }
}

export type Jobs = {
  /** Adds a job, or several; with `tx` in that transaction, so that they are there exactly if what they follow from is. */
  enqueue(jobs: Job | readonly Job[], tx?: Tx): Promise<void>
  /** Says how jobs of a kind are done. What no handler is known of is left for other replicas. Throws if the kind has one already. */
  handle(kind: string, handler: JobHandler): void
  /** As `handle`, for work that comes back that many seconds after its last end: on one replica at a time, whatever their number. */
  every(kind: string, seconds: number, handler: JobHandler): void
  /** Begins to take jobs. */
  start(): void
  /** Takes no more, waits a few seconds for what runs, aborts the rest and gives its leases back. */
  drain(): Promise<void>
}
