import { countedChannel, doneChannel, type Counted, type Done, type Kind } from '../observe/work.ts'
import { durations } from './catalogue.ts'
import { createCounter, createHistogram, type Counter, type Histogram } from './numbers.ts'

/** What was measured and counted in this process since `collect`. Keys are a name and an outcome, by a line feed. */
export type Collected = {
  readonly durations: Readonly<Record<Kind, Histogram>>
  readonly counts: Readonly<Record<Counted['what'], Counter>>
  /** Stops collecting. */
  close(): void
}

/** Collects what the parts of the house tell of their work. A value costs a look into a map. */
export const collect = (): Collected => {
  const histograms = Object.fromEntries(
    Object.entries(durations).map(([kind, { bounds }]) => [kind, createHistogram(bounds)]),
  ) as unknown as Record<Kind, Histogram>
  const counters = { run: createCounter(), session: createCounter(), token: createCounter(), event: createCounter() }
  const onDone = (message: unknown) => {
    const { kind, name, outcome, ms } = message as Done
    histograms[kind].add(`${name}\n${outcome}`, ms)
  }
  const onCounted = (message: unknown) => {
    const { what, name, outcome } = message as Counted
    counters[what].add(`${name}\n${outcome}`)
  }
  doneChannel.subscribe(onDone)
  countedChannel.subscribe(onCounted)
  return {
    durations: histograms,
    counts: counters,
    close() {
      doneChannel.unsubscribe(onDone)
      countedChannel.unsubscribe(onCounted)
    },
  }
}
