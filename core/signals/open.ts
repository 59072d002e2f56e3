import type { Log } from '../api/index.ts'
import { isPostgresql } from '../data/address.ts'
import type { Options } from '../options/options.ts'
import { localSignals, type Signals } from './signals.ts'

/** Signals by Redis where the options name one, else by PostgreSQL; with the embedded database, within this process. */
export const openSignals = async ({ redisUrl, databaseUrl }: Pick<Options, 'redisUrl' | 'databaseUrl'>, log: Log): Promise<Signals> => {
  if (redisUrl) {
    const { redisSignals } = await import('./redis.ts')
    return redisSignals(redisUrl.reveal(), log)
  }
  if (!isPostgresql(databaseUrl)) return localSignals(log)
  const { postgresqlSignals } = await import('./postgresql.ts')
  return postgresqlSignals(databaseUrl, log)
}
