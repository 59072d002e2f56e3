import { randomUUID } from 'node:crypto'
import type { Log } from '../api/index.ts'
import { connectRedis } from '../store/redis-connection.ts'
import { readSent, type Sent } from './sent.ts'
import { localSignals, type Signals } from './signals.ts'

/** Version in the name: replicas of an other format do not hear each other. */
const channel = 'sluice:signals:1'

/**
 * By Redis' pub/sub, on a connection that publishes and one that hears: Redis before version 6 lets none do both. What was published here is
 * delivered here at once, whatever Redis does; it subscribes again by itself after an outage, and what was said meanwhile is lost.
 */
export const redisSignals = (url: string, log: Log): Signals => {
  const from = randomUUID()
  const local = localSignals(log)
  // An outage is told by the store's connection; a signal that is lost is none.
  const quiet: Log = { ...pick(log), error: () => {}, info: () => {} }
  const out = connectRedis(url, quiet)
  const into = connectRedis(url, quiet)
  let isClosed = false
  into.redis.on('ready', () => void into.redis.subscribe(channel).catch(() => {}))
  into.redis.on('message', (_, message) => {
    const sent = readSent(message)
    if (sent && sent.from !== from) local.publish(sent.topic, sent.text)
  })
  for (const { redis } of [out, into]) redis.connect().catch(() => {})
  return {
    publish(topic, text) {
      if (isClosed) return
      local.publish(topic, text)
      out.run((redis) => redis.publish(channel, JSON.stringify({ from, topic, text } satisfies Sent))).catch(() => {})
    },
    subscribe: local.subscribe,
    async close() {
      isClosed = true
      out.close()
      into.close()
      await local.close()
    },
  }
}

/** A logger's methods without its prototype: spreading it would lose them. */
const pick = (log: Log): Log => ({
  debug: (...given) => log.debug(...given),
  info: (...given) => log.info(...given),
  warn: (...given) => log.warn(...given),
  error: (...given) => log.error(...given),
})
