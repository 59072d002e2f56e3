import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Log } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { type Claimed, GivenBack, longestPause, runJob } from './running.ts'
import { jobStatements } from './statements.ts'
import { handlerOf, type Known, laneOf, lanesOf, sharedLane } from './lanes.ts'
import type { Job, JobHandler, Jobs } from './types.ts'

export { GiveUp, type JobHandler, type Jobs, TryLater } from './types.ts'

/** Rows that one statement adds: SQLite takes 32,766 values. */
const inOneStatement = 1000
/** Milliseconds by which clocks of replicas may differ without that one of them takes another's schedule for a mistake. */
const skew = 60_000

type Running = { readonly job: Claimed; readonly stop: AbortController; readonly ended: Promise<void> }

/**
 * Background work in the table `jobs`, at least once: whoever takes a job holds a lease that is renewed while it runs; where the process
 * dies, the lease runs out and another takes the job. Replicas need clocks that agree to within a few seconds.
 * `lease`, `poll` and `patience` (what `drain` waits) are milliseconds; `most` is how many run at a time, beside kinds with a `concurrency` of their own.
 */
export const createJobs = ({
  database,
  clock,
  log,
  most = 4,
  lease = 30_000,
  poll = 1000,
  patience = 5000,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly most?: number
  readonly lease?: number
  readonly poll?: number
  readonly patience?: number
}): Jobs => {
  const known = new Map<string, Known>()
  const running = new Map<string, Running>()
  const write = jobStatements(database)
  const now = () => clock.now().getTime()
  let started = false
  let timer: NodeJS.Timeout | undefined
  let renewing: NodeJS.Timeout | undefined
  let taking: Promise<void> | undefined
  /** Something may have become due while jobs were being taken. */
  let again = false
  /** Lanes in which something may be due; the others are looked at once in a poll, not at every end of a job. */
  const wanted = new Set<string>()
  let lookedAtAll = -Infinity
  /** When a schedule that ran here comes back, by the monotonic clock: sooner than the poll, perhaps. */
  let soon = Infinity
  let scheduling: Promise<void> | undefined
  let watching: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  const add = async (jobs: readonly Job[], scheduled: boolean, tx: Pick<Database['sql'], 'insertInto'>): Promise<void> => {
    const at = now()
    const rows = jobs.map(({ kind, data, runAt, uniqueKey }) => ({
      id: randomUUIDv7(),
      kind,
      data: JSON.stringify(data),
      unique_key: uniqueKey === undefined ? null : `${scheduled ? 'schedule' : 'job'} ${kind} ${uniqueKey}`,
      scheduled,
      run_at: runAt?.getTime() ?? at,
      attempts: 0,
      locked_until: 0,
      state: 'waiting' as const,
      created_at: at,
    }))
    for (let from = 0; from < rows.length; from += inOneStatement)
      await tx
        .insertInto('jobs')
        .values(rows.slice(from, from + inOneStatement))
        .onConflict((clash) => clash.column('unique_key').doNothing())
        .execute()
  }

  const begin = (job: Claimed, handler: JobHandler): void => {
    const stop = new AbortController()
    const ended = runJob(job, handler, stop, { write, now, log })
      .catch((error: unknown) => log.error({ err: error, job: job.id, kind: job.kind }, 'the end of a job could not be written'))
      .then(() => {
        // Where the lease was lost, it may be another try that runs under this id.
        if (running.get(job.id)?.job === job) running.delete(job.id)
        if (job.interval !== undefined) soon = Math.min(soon, performance.now() + job.interval)
        wake(0, [laneOf(known, job.kind)])
      })
    running.set(job.id, { job, stop, ended })
  }

  const takeSome = async (): Promise<void> => {
    const all = performance.now() - lookedAtAll >= poll / 2
    if (all) lookedAtAll = performance.now()
    const asked = new Set(wanted)
    wanted.clear()
    for (const lane of lanesOf(known, most)) {
      if (!all && !asked.has(lane.name)) continue
      const busy = [...running.values()].filter(({ job }) => laneOf(known, job.kind) === lane.name).length
      const free = lane.most - busy
      if (!started || free <= 0) continue
      const by = randomUUID()
      const rows = await write.claim(lane.kinds, now(), free, { by, until: now() + lease })
      for (const { id, kind, data, attempts: attempt } of rows) {
        const found = handlerOf(known, kind)
        if (found) begin({ id, by, kind, data, attempt, interval: found.interval }, found.handler)
      }
    }
  }

  const take = async (): Promise<void> => {
    do {
      again = false
      await takeSome()
    } while (again)
  }

  const wake = (after: number, lanes: readonly string[] = []): void => {
    for (const lane of lanes) wanted.add(lane)
    if (!started) return
    if (after === 0 && taking) {
      again = true
      return
    }
    clearTimeout(timer)
    timer = setTimeout(() => {
      taking ??= take()
        .catch((error: unknown) => log.error({ err: error }, 'jobs could not be taken'))
        .finally(() => {
          taking = undefined
          const until = soon - performance.now()
          if (until <= 0) soon = Infinity
          wake(Math.min(poll * (0.75 + Math.random() / 2), Math.max(until, 1)), [sharedLane])
        })
    }, after)
  }

  const renew = async ({ job, stop }: Running): Promise<void> => {
    try {
      if (!(await write.renew(job, now() + lease))) stop.abort(new Error('the lease was lost'))
    } catch (error) {
      log.error({ err: error, job: job.id, kind: job.kind }, 'the lease of a job could not be renewed')
    }
  }

  const handle = (kind: string, handler: JobHandler, interval?: number): void => {
    if (known.has(kind)) throw new Error(`jobs of the kind "${kind}" have a handler already; name the kind differently`)
    known.set(kind, { handler, interval })
  }

  /** Schedules are rows like others, made by whoever starts first. */
  const schedule = async (): Promise<void> => {
    const kinds = [...known].filter(([, { interval }]) => interval !== undefined)
    for (const [kind] of kinds) await add([{ kind, data: {}, uniqueKey: '' }], true, database.sql)
  }

  /** A clock that was ahead and is put right would leave them for a time that is far away. */
  const bringBack = async (): Promise<void> => {
    for (const [kind, { handler, interval }] of known)
      if (interval !== undefined) await write.bringBack(kind, { now: now(), latest: now() + interval + longestPause(handler) + skew })
  }

  return {
    async enqueue(given, tx) {
      const jobs: readonly Job[] = 'kind' in given ? [given] : given
      await add(jobs, false, tx ?? database.sql)
      // With a transaction it may not be committed yet: a moment later it probably is, and if not, the poll finds it.
      wake(
        tx ? 5 : 0,
        jobs.map(({ kind }) => laneOf(known, kind)),
      )
    },
    handle: (kind, handler) => handle(kind, handler),
    every: (kind, seconds, handler) => handle(kind, handler, seconds * 1000),
    start() {
      if (started) return
      started = true
      renewing = setInterval(() => void Promise.all([...running.values()].map(renew)), lease / 3)
      const look = () => bringBack().catch((error: unknown) => log.error({ err: error }, 'the schedules of jobs could not be looked at'))
      watching = setInterval(() => void (looking = look()), lease * 2)
      scheduling = schedule()
        .then(bringBack)
        .catch((error: unknown) => log.error({ err: error }, 'the schedules of jobs could not be written'))
        .finally(() => wake(0))
    },
    async drain() {
      started = false
      clearTimeout(timer)
      clearInterval(watching)
      await Promise.all([scheduling, looking])
      await taking
      const ended = () => Promise.all([...running.values()].map((one) => one.ended))
      const waited = new AbortController()
      const late = delay(patience, undefined, { signal: waited.signal }).catch(() => {})
      await Promise.race([ended(), late])
      for (const { stop } of running.values()) stop.abort(new GivenBack())
      await ended()
      waited.abort()
      clearInterval(renewing)
    },
  }
}
