import { randomUUIDv7 } from 'node:crypto'
import { type AuditEvent, type Delivery, type Events, type Log, type Sink } from '../api/index.ts'
import type { ConfiguredSink, Snapshot } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import type { Follow } from '../events/sealer.ts'
import { shownEvents } from '../events/shown.ts'
import { GiveUp, type Jobs, TryLater } from '../jobs/jobs.ts'
import { reasonOf } from '../jobs/reason.ts'

/** Jobs of this family have the sink behind the colon: each sink has places of its own, so that one whose receiver hangs holds up no other. */
const sinkJob = 'sink'
const kindOf = (slug: string): string => `${sinkJob}:${slug}`
const slugOf = (kind: string): string => kind.slice(sinkJob.length + 1)

type DeliveryData = { readonly event: string }

/** Deliveries to one sink at a time, in one process. */
const concurrency = 4
/** Tries: 5 s after the first, then later and later up to 4 hours between two, for about 30 hours in all. */
const attempts = 14
const pauseBefore = (attempt: number): number => Math.min(5 * 4 ** (attempt - 2), 4 * 3600)
/** Seconds. */
const timeout = 60
/** Milliseconds for which what waits for a sink that is not there stays: a server that reads the configuration late must not delete what another made. */
const orphanAge = 3_600_000

export type Deliveries = {
  /** Makes the jobs that deliver events, in the transaction that seals them. Asks the database for nothing where no sink wants any. */
  readonly follow: Follow
  /** Delivers an event `sink.test` now, and says what came of it: of a sink that is not enabled, too. Not tried again. Never throws. */
  test(
    sink: ConfiguredSink,
    by: Partial<Pick<AuditEvent, 'user' | 'userName' | 'ip' | 'userAgent' | 'request'>>,
  ): Promise<{ readonly delivered: boolean; readonly status: number | undefined; readonly said: string; readonly milliseconds: number }>
  /** Deletes what waits for sinks that are gone or not enabled; to be called now and then. Returns how many. */
  prune(): Promise<number>
}

/** Has audit events delivered to the sinks of the configuration, as jobs. `use` gives the ports of a sink. */
export const createDeliveries = ({
  jobs,
  database,
  snapshot,
  use,
  events,
  log,
  now,
  backOff = pauseBefore,
}: {
  readonly jobs: Pick<Jobs, 'handle' | 'enqueue'>
  readonly database: Database
  readonly snapshot: () => Pick<Snapshot, 'sinks'>
  readonly use: (sink: Sink) => Readonly<Record<string, unknown>>
  readonly events: Pick<Events, 'record'>
  readonly log: Pick<Log, 'info'>
  readonly now: () => number
  /** Seconds before try n. */
  readonly backOff?: (attempt: number) => number
}): Deliveries => {
  const enabled = () => [...snapshot().sinks.values()].filter((sink) => sink.enabled)

  const deliver = async (sink: ConfiguredSink, event: AuditEvent, signal: AbortSignal, attempt: number): Promise<Delivery> => {
    const { slug, settings } = sink
    try {
      const ended = await sink.sink.deliver(event, { slug, settings, use: use(sink.sink), attempt, signal })
      return { ...ended, said: reasonOf(ended.said) }
    } catch (error) {
      return { outcome: 'again', said: reasonOf(error), status: undefined, after: undefined }
    }
  }

  jobs.handle(sinkJob, {
    attempts,
    backOff,
    timeout,
    concurrency,
    each: () => enabled().map(({ slug }) => slug),
    async run(data, { kind, attempt, signal }) {
      const sink = snapshot().sinks.get(slugOf(kind))
      if (!sink?.enabled) return
      const { event: id } = data as DeliveryData
      const row = await database.sql.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst()
      const [event] = row ? await shownEvents(database, [row]) : []
      // Its time was over before the receiver was back.
      if (!event) return
      const ended = await deliver(sink, event, signal, attempt)
      if (ended.outcome === 'given-up') throw new GiveUp(ended.said)
      if (ended.outcome === 'again') throw new TryLater(ended.said, ended.after ?? 0)
      log.info({ sink: sink.slug, event: id, attempt, said: ended.said }, 'an event was delivered')
    },
    async dead(data, { kind, jobId, attempts: tries, reason }) {
      const slug = slugOf(kind)
      const name = snapshot().sinks.get(slug)?.name ?? slug
      const { event } = data as DeliveryData
      await events.record({
        action: 'sink.failed',
        detail: { object: { kind: 'sinks', id: slug, name }, event, job: jobId, attempts: tries, reason },
      })
    },
  })

  return {
    async test(sink, by) {
      const event: AuditEvent = {
        user: null,
        userName: null,
        ip: '',
        userAgent: '',
        request: null,
        ...by,
        id: randomUUIDv7(),
        at: new Date(now()).toISOString(),
        action: 'sink.test',
        application: null,
        detail: {},
      }
      const begun = performance.now()
      const { outcome, said, status } = await deliver(sink, event, AbortSignal.timeout(timeout * 1000), 1)
      return { delivered: outcome === 'delivered', status, said, milliseconds: Math.round(performance.now() - begun) }
    },
    async follow(tx, rows) {
      const sinks = enabled()
      const wanted = sinks.flatMap(({ slug, gets }) =>
        rows.filter(({ action }) => gets(action)).map(({ id }) => ({ kind: kindOf(slug), data: { event: id } satisfies DeliveryData })),
      )
      await jobs.enqueue(wanted, tx)
    },
    async prune() {
      const kept = enabled().map(({ slug }) => kindOf(slug))
      let gone = database.sql
        .deleteFrom('jobs')
        .where('kind', 'like', `${sinkJob}:%`)
        .where('state', '=', 'waiting')
        .where('created_at', '<', now() - orphanAge)
      if (kept.length > 0) gone = gone.where('kind', 'not in', kept)
      return Number((await gone.executeTakeFirst()).numDeletedRows)
    },
  }
}
