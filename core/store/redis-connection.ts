import type { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Log } from '../api/index.ts'
import { Unavailable } from '../data/unavailable.ts'
import { untrusted } from '../data/untrusted.ts'
import { scripts } from './redis-scripts.ts'

/** Milliseconds that a call may take, and that a connection may take to be made. */
const patience = 1000
/** Milliseconds that a start waits for Redis. */
const startLimit = 30_000

export type RedisConnection = {
  readonly redis: Redis
  /** Where it is, without user and password. */
  readonly place: string
  /** Runs one call. Throws `Unavailable`, within about a second; the log has one line for each outage. */
  run<T>(call: (redis: Redis) => Promise<T>): Promise<T>
  close(): void
}

/** Up to a second, not the same at each server: they come back one after another. */
const pause = (times: number): number => Math.min(50 * 2 ** Math.min(times, 5), 1000) * (0.5 + Math.random() / 2)

type Connector = { connect(fail: unknown): Promise<EventEmitter> }

/** The client hears the first error of a connection only. TLS has a second one where a certificate is refused, which would end the process. */
const hearEveryError = (redis: Redis): void => {
  const { connector } = redis as unknown as { readonly connector: Connector }
  const connect = connector.connect.bind(connector)
  connector.connect = async (fail) => (await connect(fail)).on('error', () => {})
}

/**
 * A connection that comes back by itself. What cannot be sent at once fails at once, and what was sent on a connection that broke is not sent
 * again: a call that was told to have failed is not carried out later by us, and nothing counts twice.
 */
export const connectRedis = (url: string, log: Log): RedisConnection => {
  const place = new URL(url).host
  let isLost = false
  const lost = (error: unknown) => {
    if (isLost) return
    isLost = true
    log.error(
      { redis: place, why: (error as Error).message },
      'redis: does not answer; what needs short-lived state is refused until it does',
    )
  }
  const regained = () => {
    if (!isLost) return
    isLost = false
    log.info({ redis: place }, 'redis: answers again')
  }
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patience,
    commandTimeout: patience,
    socketTimeout: 2 * patience,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: pause,
    connectionName: 'sluice',
    scripts: Object.fromEntries(Object.entries(scripts).map(([name, lua]) => [`${name}Entry`, { lua, numberOfKeys: 1 }])),
  })
  hearEveryError(redis)
  redis.on('error', lost)
  redis.on('ready', regained)
  return {
    redis,
    place,
    async run(call) {
      try {
        const answer = await call(redis)
        regained()
        return answer
      } catch (error) {
        lost(error)
        throw new Unavailable('Redis', error)
      }
    },
    close: () => redis.disconnect(),
  }
}

/** Redis cannot be used at the start: told to operators as it is. */
export class RedisUnreachable extends Error {
  override readonly name = 'RedisUnreachable'
}

/** Waits until Redis answers. Throws `RedisUnreachable`, which names the option, the place and the reason, after `limit` milliseconds; at once where waiting mends nothing, and the reason of `stop`. */
export const awaitRedis = async (
  { redis, place }: RedisConnection,
  log: Log,
  { limit = startLimit, stop }: { readonly limit?: number; readonly stop?: AbortSignal | undefined } = {},
): Promise<void> => {
  const until = Date.now() + limit
  let why = 'no answer'
  let distrust: string | undefined
  redis.on('error', (error: Error) => {
    distrust = untrusted(error, 'SLUICE_REDIS_URL')
    why = error.message || ('code' in error ? String(error.code) : why)
  })
  redis.connect().catch((error: Error) => (why = error.message || why))
  for (let told = false; ; await sleep(100)) {
    try {
      await redis.ping()
      return
    } catch (error) {
      if (redis.status === 'ready') why = (error as Error).message
    }
    stop?.throwIfAborted()
    if (distrust) throw new RedisUnreachable(`Redis at ${place} (SLUICE_REDIS_URL) cannot be used: ${distrust}`)
    if (Date.now() >= until)
      throw new RedisUnreachable(`Redis at ${place} (SLUICE_REDIS_URL) cannot be used: ${why}; start it, or correct the option`)
    if (told || Date.now() < until - limit + 1000) continue
    told = true
    log.warn({}, `waiting up to ${limit / 1000} s for Redis at ${place} (SLUICE_REDIS_URL): ${why}`)
  }
}

/** What Redis does when its memory is full, e.g. `noeviction`; undefined where it does not tell. */
export const evictionPolicy = async ({ run }: RedisConnection): Promise<string | undefined> =>
  /^maxmemory_policy:(\S+)/m.exec(await run((redis) => redis.info('memory')))?.[1]
