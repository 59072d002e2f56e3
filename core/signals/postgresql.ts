import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import type { Log } from '../api/index.ts'
import { CheckedClient, clientOptions } from '../data/postgresql-pool.ts'
import { readSent, type Sent } from './sent.ts'
import { localSignals, type Signals } from './signals.ts'

/** Version in the name: replicas of an other format do not hear each other. */
const channel = 'sluice_signals_1'
/** Milliseconds before the first try to connect again, and the most. */
const pause = { first: 100, most: 10_000 } as const
/** Bytes; PostgreSQL takes fewer than 8000. */
const longest = 7900

/**
 * By PostgreSQL's LISTEN and NOTIFY, on one connection of its own. What was published here is delivered here at once, whatever PostgreSQL does; it
 * listens again by itself after an outage, and what was said meanwhile is lost. A pooler that gives connections for single transactions cannot
 * carry LISTEN: then nothing comes from elsewhere.
 */
export const postgresqlSignals = (url: string, log: Log): Signals => {
  const from = randomUUID()
  const local = localSignals(log)
  let client: Client | undefined
  let isClosed = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  const connect = async (): Promise<void> => {
    const next = new CheckedClient({ ...clientOptions(url), application_name: 'sluice signals' })
    const lost = (error?: Error) => {
      if (isClosed || (client !== undefined && client !== next)) return
      client = undefined
      clearTimeout(timer)
      // An outage is told by the pool; a signal that is lost is none.
      log.debug({ reason: error?.message }, 'signals: the connection was lost')
      timer = setTimeout(() => void connect(), Math.min(pause.most, pause.first * 2 ** failures++) * (0.5 + Math.random() / 2)).unref()
    }
    next.on('error', lost)
    next.on('end', () => lost())
    next.on('notification', ({ payload = '' }) => {
      const sent = readSent(payload)
      if (sent && sent.from !== from) local.publish(sent.topic, sent.text)
    })
    try {
      await next.connect()
      await next.query(`listen ${channel}`)
      if (isClosed) return void next.end().catch(() => {})
      client = next
      failures = 0
    } catch (error) {
      next.end().catch(() => {})
      lost(error as Error)
    }
  }
  void connect()

  return {
    publish(topic, text) {
      if (isClosed) return
      local.publish(topic, text)
      const payload = JSON.stringify({ from, topic, text } satisfies Sent)
      if (Buffer.byteLength(payload) > longest) return log.error({ topic }, 'signals: too long to be sent')
      client?.query('select pg_notify($1, $2)', [channel, payload]).catch(() => {})
    },
    subscribe: local.subscribe,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
      await local.close()
    },
  }
}
