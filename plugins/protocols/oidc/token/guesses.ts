import { networkOf, type Clock, type Store } from 'sluice/plugin'

/** Seconds. */
const window = 15 * 60
/** Failures within the window, of one client from one address. A secret is made by a machine, so it needs no forgiving. */
const limit = 30
/** Milliseconds that a count which was read is gone by, so that a client that asks often costs no read each time. */
const fresh = 1000
/** Counts that are remembered at most. */
const most = 10_000

/** `failing`: failures of this process on their way to the store. */
type Known = { count: number; readAt: number; failing: number }

export type Guesses = {
  /** Counts a failure; `true`: there were too many. `undefined`: a client that is not known. */
  failed(client: string | undefined, address: string): Promise<boolean>
  /** Asked of whoever was right, after the comparison: are there too many failures before it? */
  areTooMany(client: string, address: string): Promise<boolean>
}

/**
 * Counts failed authentications of clients in the store, for all replicas together. Only failures are written. Those of this process count at
 * once; those of others after a second at most, so that N replicas let through N times the limit in the worst second, and no more.
 */
export const countedGuesses = ({ store, clock }: { readonly store: Store; readonly clock: Clock }): Guesses => {
  const known = new Map<string, Known>()
  const now = () => clock.now().getTime()
  /** All unknown clients are counted as one, so that made-up names fill no store. */
  const keyOf = (client: string | undefined, address: string): string => `guesses:${networkOf(address)}:${client ?? ''}`
  const knownOf = (key: string): Known => {
    const found = known.get(key) ?? { count: 0, readAt: -Infinity, failing: 0 }
    known.delete(key)
    known.set(key, found)
    const [oldest] = known
    if (known.size > most && oldest?.[1].failing === 0) known.delete(oldest[0])
    return found
  }
  return {
    async failed(client, address) {
      const key = keyOf(client, address)
      const of = knownOf(key)
      of.failing += 1
      try {
        of.count = await store.increment(key, window)
        of.readAt = now()
        return of.count > limit
      } finally {
        of.failing -= 1
      }
    },
    async areTooMany(client, address) {
      const key = keyOf(client, address)
      const of = knownOf(key)
      const age = now() - of.readAt
      // Below 0 the clock was put back.
      if (age < 0 || age >= fresh) {
        const [before, readAt] = [of.readAt, now()]
        const count = Number((await store.get(key))?.value ?? 0)
        // Unless a failure was counted meanwhile, which knows better.
        if (of.readAt === before) Object.assign(of, { count, readAt })
      }
      return of.count + of.failing >= limit
    },
  }
}
