import type { Json, Log } from '../api/index.ts'
import type { jobStatements } from './statements.ts'
import { reasonOf } from './reason.ts'
import { GiveUp, type JobHandler, TryLater } from './types.ts'

const defaultTimeout = 60
const longestBackOff = 3600
/** The most seconds that a handler can ask for. */
const longestLater = 86_400

/** A job that this process has the lease of. */
export type Claimed = {
  readonly id: string
  readonly by: string
  readonly kind: string
  readonly data: string
  readonly attempt: number
  /** Milliseconds until its next time; undefined for a job that is done once. */
  readonly interval: number | undefined
}

const doubling = (attempt: number): number => Math.min(2 ** (attempt - 1), longestBackOff)

/** Milliseconds to wait before a try, up to a quarter more than was asked for, so that what failed together does not come back together. */
const pause = ({ backOff = doubling }: JobHandler, attempt: number, error: unknown): number => {
  const least = error instanceof TryLater ? Math.min(error.seconds, longestLater) : 0
  return Math.round(Math.max(backOff(attempt), least) * 1000 * (1 + Math.random() / 4))
}

/** The most milliseconds that a handler's tries wait, unless it asks for more itself: then it is tried sooner than it asked. */
export const longestPause = ({ attempts, backOff = doubling }: JobHandler): number =>
  Math.max(...Array.from({ length: attempts }, (_, index) => backOff(index + 1))) * 1250

/** Ends at the work's end or when it is aborted, whichever is first: a handler may ignore its signal, and must not keep its place by that. */
const bounded = async (work: Promise<void>, signal: AbortSignal): Promise<void> => {
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const tell = async ({ id, kind, data, attempt }: Claimed, handler: JobHandler, reason: string, log: Log): Promise<void> => {
  try {
    await handler.dead?.(JSON.parse(data) as Json, { kind, jobId: id, attempts: attempt, reason })
  } catch (error) {
    log.error({ err: reasonOf(error), job: id, kind }, 'what follows the end of a job could not be done')
  }
}

/** Runs one job to its end and writes what came of it. Throws only what the database throws: then the lease runs out, and it is done again. */
export const runJob = async (
  job: Claimed,
  handler: JobHandler,
  stop: AbortController,
  { write, now, log }: { readonly write: ReturnType<typeof jobStatements>; readonly now: () => number; readonly log: Log },
): Promise<void> => {
  const { id, kind, attempt, interval } = job
  const fail = async (error: unknown): Promise<void> => {
    const dead = attempt >= handler.attempts || error instanceof GiveUp
    const text = reasonOf(error)
    // Of the data nothing is logged: it may tell of people.
    log.warn({ job: id, kind, attempt, err: text }, dead ? 'a job failed for the last time' : 'a job failed and will be tried again')
    if (!dead) await write.again(job, now() + pause(handler, attempt + 1, error), attempt, text)
    else if (interval !== undefined) await write.again(job, now() + interval, 0, text)
    else if (await write.bury(job, text)) await tell(job, handler, text, log)
  }
  // The tries before were begun and never ended: it takes its process with it, and would do so for ever.
  if (attempt > handler.attempts) {
    await fail(new Error(`the process ended while it ran, ${handler.attempts} times`))
    return
  }
  const seconds = handler.timeout ?? defaultTimeout
  const timer = setTimeout(() => stop.abort(new Error(`it took longer than ${seconds} s`)), seconds * 1000)
  try {
    const work = Promise.try(() => handler.run(JSON.parse(job.data) as Json, { attempt, signal: stop.signal, jobId: id, kind }))
    await bounded(work, stop.signal)
  } catch (error) {
    if (error instanceof GivenBack) await write.again(job, now(), attempt - 1, null)
    else await fail(error)
    return
  } finally {
    clearTimeout(timer)
  }
  await (interval === undefined ? write.finish(job) : write.again(job, now() + interval, 0, null))
}

/** Why a job was aborted that has done nothing wrong: its process stops. */
export class GivenBack extends Error {
  constructor() {
    super('the server stops')
    this.name = 'GivenBack'
  }
}
