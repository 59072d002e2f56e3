import { pruneAccess } from '../access/prune.ts'
import type { Clock } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Chain } from '../events/chain.ts'
import { pruneEvents } from '../events/retention.ts'
import { type Follow, sealEvents } from '../events/sealer.ts'
import type { Rotation } from '../keys/rotation.ts'
import type { Jobs } from './jobs.ts'

/** Seconds between two clean-ups of what has expired. */
const pruneInterval = 5 * 60
/** Seconds between two looks for events that no seal covers. */
const sealInterval = 1
/** Seconds between two looks for events that are past their retention. */
const retentionInterval = 3600
/** Seconds that one go may take: a first one after years has much to delete, and what it leaves is the next one's. */
const longest = 15 * 60

/** What core does by itself, on one replica at a time. `retention` gives the seconds for which events are kept. */
export const keepHouse = (
  jobs: Jobs,
  parts: {
    readonly database: Database
    readonly clock: Clock
    readonly chain: Chain
    /** Deletes what has expired of what lives for a while. */
    readonly prune: () => Promise<unknown>
    readonly retention: () => number
    /** What follows from events once they are sealed. */
    readonly follow: Follow
    readonly rotation: Pick<Rotation, 'rotateKeys'>
  },
): void => {
  const { database, clock, chain, prune, retention, follow, rotation } = parts
  jobs.every('prune', pruneInterval, {
    attempts: 3,
    timeout: longest,
    async run() {
      await Promise.all([prune(), pruneAccess(database, clock)])
    },
  })
  jobs.every('rotate-keys', pruneInterval, {
    attempts: 3,
    async run() {
      await rotation.rotateKeys(clock.now().getTime())
    },
  })
  jobs.every('seal-events', sealInterval, {
    attempts: 5,
    backOff: () => 1,
    async run(_, { signal }) {
      await sealEvents(database, chain, { signal, follow })
    },
  })
  jobs.every('prune-events', retentionInterval, {
    attempts: 3,
    timeout: longest,
    async run(_, { signal }) {
      await pruneEvents(database, chain, clock.now().getTime() - retention() * 1000, signal)
    },
  })
}
