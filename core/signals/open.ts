import type { Log } from '../api/index.ts'
import type { Secret } from '../api/secret.ts'
import { localSignals, type Signals } from './signals.ts'

/** Signals by Redis where the options name one, else within this process. */
export const openSignals = async ({ redisUrl }: { readonly redisUrl: Secret | undefined }, log: Log): Promise<Signals> => {
  if (!redisUrl) return localSignals(log)
  const { redisSignals } = await import('./redis.ts')
  return redisSignals(redisUrl.reveal(), log)
}
