import type { Store } from '../api/index.ts'

/** The same store with every key under `prefix`: what uses it cannot meet the keys of others. */
export const scoped = (store: Store, prefix: string): Store => ({
  put: (key, ...rest) => store.put(prefix + key, ...rest),
  get: (key) => store.get(prefix + key),
  take: (key, ...rest) => store.take(prefix + key, ...rest),
  compareAndSet: (key, ...rest) => store.compareAndSet(prefix + key, ...rest),
  increment: (key, ...rest) => store.increment(prefix + key, ...rest),
})
