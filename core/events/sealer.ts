import type { Database } from '../data/database.ts'
import type { Selectable } from 'kysely'
import type { Tables, Tx } from '../data/tables.ts'
import { type Chain, genesis } from './chain.ts'

/** Events in one seal, and so in one transaction. */
export const sealSize = 500
/** Seals in one go: what is left waits for the next, so that a long backlog (the first start after an upgrade) is no job without end. */
const most = 100

/** What follows from events, in the transaction that seals them: each event is sealed once, so it follows once. */
export type Follow = (tx: Tx, events: readonly Selectable<Tables['events']>[]) => Promise<void>

/** Seals up to `sealSize` events that no seal covers, and returns how many. */
const sealSome = (database: Database, chain: Chain, follow: Follow | undefined): Promise<number> =>
  database.transaction(async (tx) => {
    // Not "after the last one sealed": on PostgreSQL an event with an earlier id may be committed later.
    const rows = await tx.selectFrom('events').selectAll().where('seal', 'is', null).orderBy('id').limit(sealSize).execute()
    if (rows.length === 0) return 0
    const last = await tx.selectFrom('event_seals').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
    const seq = (last?.seq ?? 0) + 1
    const entries = rows.map(chain.entry)
    const newest = Math.max(...rows.map(({ at }) => at))
    const hash = chain.link(last?.hash ?? genesis, { seq, newest, entries })
    // Its key is what makes one chain of it: of two sealers at once, the second fails here and begins anew later.
    await tx
      .insertInto('event_seals')
      .values({ seq, newest, count: rows.length, entries: JSON.stringify(entries), hash })
      .execute()
    const ids = rows.map(({ id }) => id)
    await tx.updateTable('events').set({ seal: seq }).where('id', 'in', ids).where('seal', 'is', null).execute()
    await follow?.(tx, rows)
    return rows.length
  })

/** Seals what is not sealed yet. Returns how many events. To be called often, by one process at a time. */
export const sealEvents = async (
  database: Database,
  chain: Chain,
  { signal, follow }: { readonly signal?: AbortSignal; readonly follow?: Follow } = {},
): Promise<number> => {
  // Looked at beside the transaction first: mostly there is nothing, and then nobody is held up.
  const some = await database.sql.selectFrom('events').select('id').where('seal', 'is', null).limit(1).executeTakeFirst()
  if (!some) return 0
  const isOver = () => signal?.aborted ?? false
  let total = 0
  for (let seals = 0; seals < most && !isOver(); seals++) {
    const sealed = await sealSome(database, chain, follow)
    total += sealed
    if (sealed < sealSize) break
  }
  return total
}
