import type { Database } from '../data/database.ts'
import type { Chain } from './chain.ts'
import { sealSize } from './sealer.ts'

/** Seals that are looked at in one transaction. */
const sealsAtOnce = 100

/**
 * Deletes the events of the oldest seals, at most as many as one seal can hold, and returns how many; 0 where none is old enough. The last of
 * those seals stays, without its entries and with the proof of what happened, as the new beginning of the chain.
 */
const pruneSome = (database: Database, chain: Chain, before: number): Promise<number> =>
  database.transaction(async (tx) => {
    const seals = await tx
      .selectFrom('event_seals')
      .select(['seq', 'newest', 'count', 'hash'])
      .where('pruned', 'is', null)
      .orderBy('seq')
      .limit(sealsAtOnce)
      .execute()
    let deleted = 0
    let last: (typeof seals)[number] | undefined
    for (const seal of seals) {
      if (seal.newest >= before || deleted + seal.count > sealSize) break
      deleted += seal.count
      last = seal
    }
    if (!last) return 0
    await tx.deleteFrom('events').where('seal', '<=', last.seq).execute()
    await tx.deleteFrom('event_seals').where('seq', '<', last.seq).execute()
    const pruned = chain.pruned(last.seq, last.hash)
    await tx.updateTable('event_seals').set({ entries: '[]', pruned }).where('seq', '=', last.seq).execute()
    return deleted
  })

/** Deletes events that are older than `before` (epoch ms), in batches, and returns how many. The chain stays whole. */
export const pruneEvents = async (database: Database, chain: Chain, before: number, signal?: AbortSignal): Promise<number> => {
  const isOver = () => signal?.aborted ?? false
  let total = 0
  while (!isOver()) {
    const deleted = await pruneSome(database, chain, before)
    if (deleted === 0) break
    total += deleted
    // Between two batches others get their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return total
}
