import type { Insertable } from 'kysely'
import type { Clock, Events, Log } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { prepare } from '../data/prepared.ts'
import { apart, count } from '../observe/work.ts'
import type { Tables } from '../data/tables.ts'
import { orderedIds } from './ids.ts'

export type EventLog = Events & {
  /** Writes what waits. Await it before reading what was just recorded, and before the database is closed. */
  flush(): Promise<void>
}

type Row = Insertable<Tables['events']>

/** Rows in one commit. */
const batchSize = 64

/**
 * The audit log in table `events`. An event is written a few milliseconds after `record` returns, together with those of its moment: it
 * survives an orderly stop (`flush`), and a crash may lose the last few milliseconds of them. What cannot be written is logged.
 */
export const createEvents = ({
  database,
  clock,
  log,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): EventLog => {
  const nextId = orderedIds()
  let waiting: Row[] = []
  let scheduled: NodeJS.Immediate | undefined
  let flushing: Promise<void> | undefined

  const insert = prepare(database, ({ id, at, action, user_id, application, ip, user_agent, request_id, detail }: Row) =>
    database.sql.insertInto('events').values({ id, at, action, user_id, application, ip, user_agent, request_id, detail }),
  )

  /** Statements that begin together share a commit. */
  const writeBatch = async (): Promise<void> => {
    const batch = waiting.slice(0, batchSize)
    waiting = waiting.slice(batchSize)
    await Promise.all(
      batch.map(async (row) => {
        try {
          await insert(row)
          count('event')
        } catch (error) {
          log.error({ error, event: { id: row.id, action: row.action } }, 'an audit event could not be written and is lost')
        }
      }),
    )
  }

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) await writeBatch()
    // In the same breath as the check above, so that no event comes in between and waits for ever.
    flushing = undefined
  }

  const flush = async (): Promise<void> => {
    if (waiting.length > 0) flushing ??= writeAll()
    await flushing
  }

  const schedule = (): void => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      void apart(flush)
    })
  }

  const record: Events['record'] = async (event) => {
    try {
      const at = clock.now().getTime()
      waiting.push({
        id: nextId(at),
        at,
        action: event.action,
        user_id: event.userId ?? null,
        application: event.application ?? null,
        ip: event.request?.ip ?? '',
        user_agent: event.request?.userAgent ?? '',
        request_id: event.request?.id ?? null,
        detail: JSON.stringify(event.detail ?? {}),
      })
      schedule()
    } catch (error) {
      log.error({ error, action: event.action }, 'an audit event could not be recorded')
    }
  }

  return { record, flush }
}
