type Labels = Readonly<Record<string, string | number>>
type Value = { readonly labels: Labels; readonly value: number; readonly metricName?: string }

/** A metric with its series, as the library for metrics tells them. `aggregator`: `first` where the sum of several processes means nothing. */
export type MetricValues = {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  readonly values: readonly Value[]
}

const idOf = ({ metricName = '', labels }: Value): string =>
  JSON.stringify([metricName, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])

/** The metrics of several processes as those of one: series with the same labels are added up. */
export const merged = (sets: readonly (readonly MetricValues[])[]): readonly MetricValues[] => {
  const metrics = new Map<string, { readonly metric: MetricValues; readonly values: Map<string, Value> }>()
  for (const metric of sets.flat()) {
    const known = metrics.get(metric.name) ?? { metric, values: new Map<string, Value>() }
    metrics.set(metric.name, known)
    for (const value of metric.values) {
      const id = idOf(value)
      const before = known.values.get(id)
      const isSum = metric.aggregator !== 'first'
      known.values.set(id, before && isSum ? { ...value, value: before.value + value.value } : (before ?? value))
    }
  }
  return [...metrics.values()].map(({ metric, values }) => ({ ...metric, values: [...values.values()] }))
}

/** What of a process that is gone still counts: a sum that went down would look like new counts to whoever takes its rate. */
export const lasting = (metrics: readonly MetricValues[]): readonly MetricValues[] =>
  metrics
    .filter(({ type }) => type === 'counter' || type === 'histogram')
    .map((metric) => ({ ...metric, values: metric.values.filter(({ labels }) => !('worker' in labels)) }))
