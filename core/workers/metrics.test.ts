import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricValues } from '../metrics/merge.ts'
import { createBackoff } from './backoff.ts'
import type { ToWorker } from './messages.ts'
import { metricsOfWorkers } from './metrics.ts'

const counter = (value: number): MetricValues => ({
  name: 'things_total',
  help: '',
  type: 'counter',
  aggregator: 'sum',
  values: [{ labels: { kind: 'a' }, value }],
})
const gauge = (value: number): MetricValues => ({ ...counter(value), name: 'waiting', type: 'gauge' })
const info: MetricValues = { ...counter(1), name: 'info', type: 'gauge', aggregator: 'first' }
const cpu = (worker: number): MetricValues => ({ ...counter(7), name: 'cpu_total', values: [{ labels: { worker }, value: 7 }] })

/** Workers that answer with what they are given here; `undefined`: it does not answer. */
const withWorkers = (answers: Map<number, readonly MetricValues[] | undefined>) => {
  const worker = (number: number) => ({
    isConnected: () => true,
    send(message: ToWorker) {
      const metrics = answers.get(number)
      if (message.order === 'tell-metrics' && metrics)
        queueMicrotask(() => told.heard(number, { say: 'metrics', question: message.question, metrics }))
    },
  })
  const told = metricsOfWorkers(() => new Map([...answers.keys()].map((number) => [number, worker(number)])))
  const read = async () =>
    Object.fromEntries((await told.read()).map(({ name, values }) => [name, values.map(({ value }) => value)] as const))
  return { read, gone: told.gone }
}

test('metrics of workers are added up, but for what is of a process and for what only names something', async () => {
  const { read } = withWorkers(
    new Map([
      [1, [counter(2), gauge(3), info, cpu(1)]],
      [2, [counter(40), gauge(50), info, cpu(2)]],
    ]),
  )
  assert.deepEqual(await read(), { things_total: [42], waiting: [53], info: [1], cpu_total: [7, 7] })
})

test('counts of a worker that is gone stay, so that no sum goes down; what it held does not', async () => {
  const answers = new Map<number, readonly MetricValues[] | undefined>([
    [1, [counter(2), gauge(3)]],
    [2, [counter(40), gauge(50), cpu(2)]],
  ])
  const { read, gone } = withWorkers(answers)
  await read()
  answers.delete(2)
  gone(2)
  assert.deepEqual(await read(), { things_total: [42], waiting: [3], cpu_total: [] })
  answers.set(2, [counter(1), cpu(2)])
  assert.deepEqual(await read(), { things_total: [43], waiting: [3], cpu_total: [7] })
  answers.delete(2)
  gone(2)
  assert.deepEqual((await read())['things_total'], [43])
})

test('a worker that does not answer is waited for a second, and counts as it did before', async () => {
  const answers = new Map<number, readonly MetricValues[] | undefined>([
    [1, [counter(2)]],
    [2, [counter(40)]],
  ])
  const { read } = withWorkers(answers)
  await read()
  answers.set(2, undefined)
  answers.set(1, [counter(3)])
  assert.deepEqual(await read(), { things_total: [43] })
})

test('pauses before a worker is started anew double up to 30 s, and begin again after one that lived for a minute', () => {
  const backoff = createBackoff()
  assert.deepEqual(
    Array.from({ length: 10 }, () => backoff.after(1000)),
    [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000],
  )
  assert.equal(backoff.after(60_000), 100)
})
