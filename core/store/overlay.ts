import type { Json, Store } from '../api/index.ts'

/** What would have been written at once: counted (`by`: how much in the end), taken for good, or put. */
export type Claim = { readonly key: string; readonly did: 'count' | 'take' | 'put'; readonly by?: number }

type Entry = { readonly value: Json; readonly version: number } | { readonly left: Json } | 'gone'

/** Above what real stores begin with. */
const firstVersion = 2 ** 40

/**
 * A store that writes into memory only, over one that is read. Nothing in it expires, so it is for one simulation. Without a store below, it
 * begins empty.
 */
export const overlayStore = (below?: Pick<Store, 'get'>): Store & { claims(): readonly Claim[] } => {
  const entries = new Map<string, Entry>()
  const claims = new Map<string, Claim>()
  let versions = firstVersion

  const current = async (key: string): Promise<{ readonly value: Json; readonly version: number } | undefined> => {
    const own = entries.get(key)
    if (own === undefined) return below?.get(key)
    return own !== 'gone' && 'value' in own ? own : undefined
  }
  const write = (key: string, value: Json) => void entries.set(key, { value, version: ++versions })
  const count = (key: string, by: number) => {
    const sum = (claims.get(key)?.by ?? 0) + by
    if (sum === 0) claims.delete(key)
    else claims.set(key, { key, did: 'count', by: sum })
  }

  return {
    claims: () => [...claims.values()],
    async put(key, value) {
      write(key, value)
      claims.set(key, { key, did: 'put' })
    },
    get: current,
    async take(key, options) {
      const found = await current(key)
      const own = entries.get(key)
      if (!found) return own !== undefined && own !== 'gone' && 'left' in own ? own : undefined
      entries.set(key, options ? { left: 'keep' in options ? found.value : options.leave } : 'gone')
      claims.set(key, { key, did: 'take' })
      return { taken: found.value }
    },
    async compareAndSet(key, version, value) {
      if ((await current(key))?.version !== version) return false
      write(key, value)
      claims.set(key, { key, did: 'put' })
      return true
    },
    async increment(key, _ttl, by = 1) {
      const sum = Number((await current(key))?.value ?? 0) + by
      write(key, sum)
      count(key, by)
      return sum
    },
  }
}
