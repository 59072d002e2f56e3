import type { Store } from '../api/index.ts'
import { measure } from '../observe/work.ts'

/** The same store with every key under `prefix`: what uses it cannot meet the keys of others. All that is asked of the store comes through here, and is measured. */
export const scoped = (store: Store, prefix: string): Store => ({
  put: (key, ...rest) => measure('store', 'put', () => store.put(prefix + key, ...rest)),
  get: (key) => measure('store', 'get', () => store.get(prefix + key)),
  take: (key, ...rest) => measure('store', 'take', () => store.take(prefix + key, ...rest)),
  compareAndSet: (key, ...rest) => measure('store', 'compareAndSet', () => store.compareAndSet(prefix + key, ...rest)),
  increment: (key, ...rest) => measure('store', 'increment', () => store.increment(prefix + key, ...rest)),
})
