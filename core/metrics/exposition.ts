import type { Metric } from 'prom-client'
import type { Counted, Kind } from '../observe/work.ts'
import { counts, durations, totals, type CountMetric, type DurationMetric } from './catalogue.ts'
import type { Collected } from './collect.ts'
import type { MetricValues } from './merge.ts'

type Labels = Readonly<Record<string, string | number>>
type Value = { readonly labels: Labels; readonly value: number; readonly metricName?: string }

/** What is looked at when somebody asks. */
export type Gauges = {
  readonly version: string
  /** Password hashes that wait for a core. */
  readonly hashQueue: () => number
  /** Names the content of the configuration. */
  readonly revision: () => string
}

/** Values of labels from the key of a series. A request's name is method and route: as many parts as there are labels. */
const labelsOf = (key: string, { labels, outcome }: Pick<DurationMetric, 'labels' | 'outcome'>): Labels => {
  const [name = '', how = ''] = key.split('\n')
  const parts = labels.length > 1 ? name.split(' ') : [name]
  return { ...Object.fromEntries(labels.map((label, index) => [label, parts[index] ?? ''])), ...(outcome && { [outcome]: how }) }
}

/** Milliseconds. */
const afterStart = 1000

const seconds = (ms: number): number => ms / 1000

/** Series whose labels are the same after leaving some out are one. */
const histogramValues = (metric: DurationMetric, collected: Collected['durations'][Kind]): readonly Value[] => {
  const merged = new Map<string, { readonly labels: Labels; readonly buckets: number[]; count: number; sum: number }>()
  for (const [key, { buckets, count, sum }] of collected.values()) {
    const labels = labelsOf(key, metric)
    const id = JSON.stringify(labels)
    const one = merged.get(id) ?? { labels, buckets: metric.bounds.map(() => 0), count: 0, sum: 0 }
    for (const index of one.buckets.keys()) one.buckets[index] = (one.buckets[index] ?? 0) + (buckets[index] ?? 0)
    merged.set(id, { ...one, count: one.count + count, sum: one.sum + sum })
  }
  return [...merged.values()].flatMap(({ labels, buckets, count, sum }) => {
    let below = 0
    return [
      ...metric.bounds.map((bound, index) => ({
        labels: { ...labels, le: seconds(bound) },
        value: (below += buckets[index] ?? 0),
        metricName: `${metric.name}_bucket`,
      })),
      { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${metric.name}_bucket` },
      { labels, value: seconds(sum), metricName: `${metric.name}_sum` },
      { labels, value: count, metricName: `${metric.name}_count` },
    ]
  })
}

const counterValues = (metric: CountMetric, entries: Iterable<readonly [string, number]>): readonly Value[] =>
  [...entries].map(([key, value]) => ({ labels: labelsOf(key, metric), value }))

/** A counter without labels is there from the start, at 0: alerts on it need a first value. */
const orZero = (values: readonly Value[], labels: readonly string[]): readonly Value[] =>
  values.length === 0 && labels.length === 0 ? [{ labels: {}, value: 0 }] : values

const totalValues = (kind: keyof typeof totals, collected: Collected): readonly Value[] => {
  const { label } = totals[kind]
  const sums = new Map<string, number>()
  for (const [key, { count }] of collected.durations[kind].values()) {
    const value = String(labelsOf(key, durations[kind])[label])
    sums.set(value, (sums.get(value) ?? 0) + count)
  }
  return [...sums].map(([value, sum]) => ({ labels: { [label]: value }, value: sum }))
}

/** Reads everything that is known now: as text, in the format of Prometheus (0.0.4), or as values, to be added to those of other processes. */
export type Exposition = {
  text(): Promise<{ readonly type: string; readonly text: string }>
  values(): Promise<readonly MetricValues[]>
}

/** What a registry of the library takes and shows. */
const metricOf = (name: string, help: string, type: string, aggregator: string, values: () => readonly Value[]): Metric =>
  ({ name, help, type, get: async () => ({ name, help, type, aggregator, values: values() }) }) as unknown as Metric

/** Values as text, in the format of Prometheus. */
export const textOf = async (metrics: readonly MetricValues[]): Promise<{ readonly type: string; readonly text: string }> => {
  const { Registry } = await import('prom-client')
  const registry = new Registry()
  for (const { name, help, type, aggregator, values } of metrics)
    registry.registerMetric(metricOf(name, help, type, aggregator, () => values))
  return { type: registry.contentType, text: await registry.metrics() }
}

/**
 * The library, whose own metrics are of the process (CPU, memory, event loop, garbage collection), is loaded a moment after the start, or at the
 * first call: the start does not wait for it. `worker` is a label of those, where several processes tell theirs together.
 */
export const createExposition = (collected: Collected, gauges: Gauges, worker?: number): Exposition => {
  const open = async () => {
    const { Registry, collectDefaultMetrics } = await import('prom-client')
    const registry = new Registry()
    collectDefaultMetrics({ register: registry, ...(worker !== undefined && { labels: { worker } }) })
    const add = (type: 'counter' | 'gauge' | 'histogram', name: string, help: string, values: () => readonly Value[], aggregator = 'sum') =>
      registry.registerMetric(metricOf(name, help, type, aggregator, values))
    for (const [kind, metric] of Object.entries(durations) as [Kind, DurationMetric][])
      add('histogram', metric.name, metric.help, () => histogramValues(metric, collected.durations[kind]))
    for (const [what, metric] of Object.entries(counts) as [Counted['what'], CountMetric][])
      add('counter', metric.name, metric.help, () => orZero(counterValues(metric, collected.counts[what].values()), metric.labels))
    for (const [kind, { name, help }] of Object.entries(totals) as [keyof typeof totals, (typeof totals)[keyof typeof totals]][])
      add('counter', name, help, () => totalValues(kind, collected))
    const one = (name: string, help: string, labels: () => Labels) =>
      add('gauge', name, help, () => [{ labels: labels(), value: 1 }], 'first')
    one('sluice_build_info', 'The version, as a label', () => ({ version: gauges.version, node: process.version }))
    add('gauge', 'sluice_password_hash_queue', 'Password hashes that wait for a core', () => [{ labels: {}, value: gauges.hashQueue() }])
    one('sluice_configuration_revision', 'The configuration that is served, by the name of its content, as a label', () => ({
      revision: gauges.revision(),
    }))
    return registry
  }
  let registry: ReturnType<typeof open> | undefined
  setTimeout(() => void (registry ??= open()), afterStart).unref()
  const opened = () => (registry ??= open())
  return {
    async text() {
      const one = await opened()
      return { type: one.contentType, text: await one.metrics() }
    },
    values: async () => (await (await opened()).getMetricsAsJSON()) as unknown as readonly MetricValues[],
  }
}
