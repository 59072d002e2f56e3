import { randomInt } from 'node:crypto'
import type { Clock, Json, Store } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { storeStatements } from './statements.ts'

/** Rows deleted by one statement, so that pruning holds nobody up. */
const batch = 500

/** Version of a first write. Not 1, so that a version read before an entry was taken never fits the entry that follows under its key. */
const firstVersion = () => randomInt(2 ** 30)

/** Short-lived state in the database's table `short_lived`: each call is one statement, so it is atomic without a transaction. */
export const databaseStore = (
  database: Database,
  clock: Clock,
): Store & { /** Deletes what has expired; returns how much. */ prune(): Promise<number> } => {
  const run = storeStatements(database)
  const now = () => clock.now().getTime()
  const expiry = (ttl: number) => {
    if (!(ttl > 0 && ttl < Infinity)) throw new RangeError(`a lifetime is a positive number of seconds, not ${ttl}`)
    return now() + Math.ceil(ttl * 1000)
  }

  const bury = async (key: string, leave: Json | undefined): Promise<Json | undefined> => {
    const [row] = await run.bury({ key, left: leave === undefined ? null : JSON.stringify(leave), now: now() })
    return row && JSON.parse(row.value)[1]
  }

  const remove = async (key: string): Promise<Json | undefined> => {
    const [row] = await run.remove({ key, now: now() })
    return row && JSON.parse(row.value)
  }

  return {
    async put(key, value, ttl) {
      await run.put({ key, value: JSON.stringify(value), version: firstVersion(), expires: expiry(ttl) })
    },

    async get(key) {
      const [row] = await run.get({ key, now: now() })
      return row && { value: JSON.parse(row.value), version: row.version }
    },

    async take(key, options) {
      for (;;) {
        const taken = options ? await bury(key, 'keep' in options ? undefined : options.leave) : await remove(key)
        if (taken !== undefined) return { taken }
        const [row] = await run.look({ key, now: now() })
        if (!row) return undefined
        if (row.taken) return { left: JSON.parse(row.value)[0] }
        // put anew between the two statements: once more
      }
    },

    async compareAndSet(key, version, value, ttl) {
      const entry = { key, value: JSON.stringify(value), expires: expiry(ttl), now: now() }
      const written = await (version === undefined ? run.insert({ ...entry, version: firstVersion() }) : run.replace({ ...entry, version }))
      return written.length === 1
    },

    async increment(key, ttl, by = 1) {
      if (!Number.isSafeInteger(by)) throw new RangeError(`a counter counts whole numbers, not ${by}`)
      const [row] = await run.increment({ key, value: String(by), version: firstVersion(), expires: expiry(ttl), now: now(), by })
      return Number(row?.value)
    },

    async prune() {
      for (let pruned = 0; ;) {
        const { numDeletedRows } = await run.expired(now(), batch).executeTakeFirst()
        pruned += Number(numDeletedRows)
        if (numDeletedRows < batch) return pruned
      }
    },
  }
}
