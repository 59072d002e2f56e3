import { randomInt } from 'node:crypto'
import type { Clock, Json, Store } from '../api/index.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { scripts } from './redis-scripts.ts'

const prefix = 'sluice:'
/** Milliseconds that Redis keeps an entry past its end: the clock of whoever reads it decides, and clocks differ. */
const slack = 1000

/** See `databaseStore`: a version read before an entry was taken never fits the entry that follows. */
const firstVersion = () => randomInt(2 ** 30)

type Scripts = Record<`${keyof typeof scripts}Entry`, (key: string, ...args: readonly (string | number)[]) => Promise<unknown>>

/** Short-lived state in Redis, under keys that begin with `sluice:`. Each call is one script. Calls throw `Unavailable`. */
export const redisStore = (connection: RedisConnection, clock: Clock): Store => {
  const now = () => clock.now().getTime()
  const call = (name: keyof typeof scripts, key: string, ...args: readonly (string | number)[]) =>
    connection.run((redis) => (redis as unknown as Scripts)[`${name}Entry`](prefix + key, now(), ...args))
  const lifetime = (ttl: number): readonly [ends: number, forget: number] => {
    if (!(ttl > 0 && ttl < Infinity)) throw new RangeError(`a lifetime is a positive number of seconds, not ${ttl}`)
    const length = Math.ceil(ttl * 1000)
    return [now() + length, length + slack]
  }

  return {
    async put(key, value, ttl) {
      await call('put', key, JSON.stringify(value), firstVersion(), ...lifetime(ttl))
    },

    async get(key) {
      const row = (await call('get', key)) as readonly [value: string, version: string] | null
      return row ? { value: JSON.parse(row[0]) as Json, version: Number(row[1]) } : undefined
    },

    async take(key, options) {
      const left = options ? ['keep' in options ? '' : JSON.stringify(options.leave)] : []
      const row = (await call('take', key, ...left)) as readonly [is: 'taken' | 'left', value: string] | null
      if (!row) return undefined
      const value = JSON.parse(row[1]) as Json
      return row[0] === 'taken' ? { taken: value } : { left: value }
    },

    async compareAndSet(key, version, value, ttl) {
      const read = version === undefined ? [] : [version]
      return (await call('compareAndSet', key, JSON.stringify(value), firstVersion(), ...lifetime(ttl), ...read)) === 1
    },

    async increment(key, ttl, by = 1) {
      if (!Number.isSafeInteger(by)) throw new RangeError(`a counter counts whole numbers, not ${by}`)
      return Number(await call('increment', key, by, firstVersion(), ...lifetime(ttl)))
    },
  }
}
