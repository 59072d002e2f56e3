/** Counts by labels. A series is made at its first value. */
export type Counter = { add(key: string): void; values(): Iterable<readonly [key: string, value: number]> }

/** Durations by labels, in milliseconds as they come and in seconds as they are told. */
export type Histogram = { add(key: string, ms: number): void; values(): Iterable<readonly [key: string, series: Series]> }
/** `buckets`: how many fell into each, not cumulative; the last is above all bounds. `sum` in milliseconds. */
export type Series = { readonly buckets: Float64Array; count: number; sum: number }

/** Most series of one metric. Labels are few by what they are; this holds should one of them not be. */
const most = 2000
/** Stands for all labels beyond that. */
const others = 'other'

export const createCounter = (): Counter => {
  const series = new Map<string, number>()
  return {
    add(key) {
      const before = series.get(key)
      if (before !== undefined) series.set(key, before + 1)
      else if (series.size < most) series.set(key, 1)
      else series.set(others, (series.get(others) ?? 0) + 1)
    },
    values: () => series.entries(),
  }
}

/** `bounds` in milliseconds, ascending. */
export const createHistogram = (bounds: readonly number[]): Histogram => {
  const series = new Map<string, Series>()
  const seriesOf = (key: string): Series => {
    const known = series.get(key)
    if (known) return known
    if (series.size >= most && key !== others) return seriesOf(others)
    const made = { buckets: new Float64Array(bounds.length + 1), count: 0, sum: 0 }
    series.set(key, made)
    return made
  }
  return {
    add(key, ms) {
      const one = seriesOf(key)
      let bucket = 0
      while (bucket < bounds.length && ms > (bounds[bucket] ?? 0)) bucket++
      one.buckets[bucket] = (one.buckets[bucket] ?? 0) + 1
      one.count++
      one.sum += ms
    },
    values: () => series.entries(),
  }
}
