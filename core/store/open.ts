import type { Clock, Log, Store } from '../api/index.ts'
import type { Secret } from '../api/secret.ts'
import type { Database } from '../data/database.ts'
import { databaseStore } from './database.ts'

export type OpenedStore = {
  readonly store: Store
  /** Deletes what has expired, where that does not happen by itself; returns how much. */
  prune(): Promise<number>
  /** What must answer beside the database; undefined where there is nothing. Throws if it does not. */
  readonly check: (() => Promise<void>) | undefined
  close(): void
}

type Parts = {
  readonly redisUrl: Secret | undefined
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly stop?: AbortSignal | undefined
}

/** The store that the options say: Redis where there is one, else the database. Throws `RedisUnreachable` after 30 s, and the reason of `stop` once that is aborted. */
export const openStore = async ({ redisUrl, database, clock, log, stop }: Parts): Promise<OpenedStore> => {
  if (!redisUrl) {
    const store = databaseStore(database, clock)
    return { store, prune: store.prune, check: undefined, close: () => {} }
  }
  // Loaded only where it is used: a server without Redis starts faster without its client.
  const [{ awaitRedis, connectRedis, evictionPolicy }, { redisStore }] = await Promise.all([
    import('./redis-connection.ts'),
    import('./redis.ts'),
  ])
  const connection = connectRedis(redisUrl.reveal(), log)
  try {
    await awaitRedis(connection, log, { stop })
    const policy = await evictionPolicy(connection)
    if (policy !== undefined && policy !== 'noeviction')
      log.warn(
        { policy },
        'redis: forgets entries when its memory is full, and with them codes that were used; set maxmemory-policy noeviction',
      )
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    store: redisStore(connection, clock),
    prune: async () => 0,
    check: async () => void (await connection.run((redis) => redis.ping())),
    close: connection.close,
  }
}
