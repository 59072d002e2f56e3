import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { serveMetrics } from '../core/metrics/listener.ts'

const folder = new URL('../docs/observability/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
/** Not ours: Prometheus makes it of each target. */
const ofPrometheus = ['up']

const log = { debug() {}, info() {}, warn() {}, error() {} }
const gauges = { version: '0', hashQueue: () => 0, revision: () => '' }

/** Names of the samples of all metrics that the server tells, from their types. */
const told = async (): Promise<ReadonlySet<string>> => {
  const metrics = await serveMetrics({ host: '127.0.0.1', port: 0, byDefault: false }, gauges, log)
  assert.ok(metrics)
  const text = await (await fetch(metrics.address)).text()
  await metrics.close()
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : type === 'summary' ? [] : [name],
    ),
  )
}

/** Names of metrics in a query: what is no function, keyword or label. */
const namesIn = (query: string): readonly string[] => {
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|without)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/[a-z_:][a-z0-9_:]*(?!\w|\s*\()/gi)]
    .map(([name]) => name)
    .filter((name) => !['sum', 'count', 'by'].includes(name))
}

type Rule = { readonly alert: string; readonly expr: string; readonly annotations: { readonly summary: string } }
type Panel = { readonly title: string; readonly targets: readonly { readonly expr: string }[] }

test('every metric that rules for alerts and the dashboard ask for is there', async () => {
  const known = await told()
  const rules = (parse(read('alerts.yml')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  )
  const { panels } = JSON.parse(read('dashboard.json')) as { readonly panels: readonly Panel[] }
  const queries = [...rules.map(({ expr }) => expr), ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))]
  assert.ok(rules.length > 5 && panels.length > 5)
  assert.ok(rules.every(({ alert, annotations }) => alert && annotations.summary))
  for (const query of queries) {
    const names = namesIn(query)
    assert.ok(names.length > 0, query)
    assert.deepEqual(
      names.filter((name) => !known.has(name) && !ofPrometheus.includes(name)),
      [],
      query,
    )
  }
})

test('every metric that the guide names is there', async () => {
  const known = [...(await told())]
  const guide = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8')
  const names = new Set([...guide.matchAll(/`(sluice_[a-z_]+)`/g)].map(([, name = '']) => name))
  assert.ok(names.size > 10)
  assert.deepEqual(
    [...names].filter((name) => !known.some((one) => one === name || one === `${name}_count`)),
    [],
  )
})

test('the configuration for Prometheus reads the place that metrics have by default, and the rules', () => {
  const { scrape_configs, rule_files } = parse(read('prometheus.yml'))
  assert.deepEqual(scrape_configs[0].static_configs[0].targets, ['127.0.0.1:9300'])
  for (const file of rule_files) assert.ok(readdirSync(folder).includes(file), file)
})
