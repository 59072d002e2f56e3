import type { Log } from '../api/index.ts'

/**
 * What replicas tell each other at once. Never relied upon: a signal may be lost, and whoever listens looks by itself from time to time. Who
 * publishes hears it, too, once.
 */
export type Signals = {
  /** Never throws. `topic` is a word of ours, `text` short. */
  publish(topic: string, text: string): void
  /** @returns what ends the subscription */
  subscribe(topic: string, handle: (text: string) => void): () => void
  close(): Promise<void>
}

/** Within one process; every implementation delivers through it. A handler that throws is told in the log and disturbs no other. */
export const localSignals = (log: Log): Signals => {
  const handlers = new Map<string, Set<(text: string) => void>>()
  return {
    publish(topic, text) {
      for (const handle of handlers.get(topic) ?? []) {
        queueMicrotask(() => {
          // It may have been ended meanwhile.
          if (!handlers.get(topic)?.has(handle)) return
          try {
            handle(text)
          } catch (error) {
            log.error({ err: error, topic }, 'signals: a handler failed')
          }
        })
      }
    },
    subscribe(topic, handle) {
      // A function of its own for each subscription: the same handler may come twice.
      const own = (text: string) => handle(text)
      const all = handlers.get(topic) ?? new Set()
      handlers.set(topic, all.add(own))
      return () => {
        all.delete(own)
      }
    },
    async close() {
      handlers.clear()
    },
  }
}
