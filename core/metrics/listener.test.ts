import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { metricsAt } from '../../test/kit/metrics.ts'
import { count, measure, unmeasured } from '../observe/work.ts'
import { serveMetrics } from './listener.ts'

const warned: string[] = []
const log = { debug() {}, info() {}, error() {}, warn: (_: object, text: string) => void warned.push(text) }
const gauges = { version: '1.2.3', hashQueue: () => 4, revision: () => 'abc' }
const anyPort = { host: '127.0.0.1', port: 0, byDefault: false }

/** A port of the loopback that is taken while `work` runs. */
const withTakenPort = async (work: (port: number) => Promise<void>) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await work((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}

describe('metrics', () => {
  test('tell what was measured and counted, by few labels, and nothing of a rehearsal', async () => {
    const metrics = await serveMetrics(anyPort, gauges, log)
    assert.ok(metrics)
    try {
      await measure('request', 'GET /a/:b', async () => {}, { outcome: () => '200' })
      await measure('step', 'password', async () => 'pass', { outcome: (how) => how })
      await assert.rejects(measure('database', 'select', () => Promise.reject(new Error('no'))))
      await unmeasured(() => measure('step', 'rehearsed', async () => count('run', 'rehearsed', 'closed')))
      count('run', 'sign-in', 'closed')
      const samples = await metricsAt(metrics.address)
      const of = (name: string) => samples.filter((sample) => sample.name === name)
      const http = of('sluice_http_request_duration_seconds_count').find(({ labels }) => labels['route'] === '/a/:b')
      assert.deepEqual(http, { name: http?.name, labels: { method: 'GET', route: '/a/:b', status: '200' }, value: 1 })
      const buckets = of('sluice_http_request_duration_seconds_bucket').filter(({ labels }) => labels['route'] === '/a/:b')
      assert.deepEqual([buckets.at(-1)?.labels['le'], buckets.at(-1)?.value], ['+Inf', 1])
      assert.deepEqual(of('sluice_flow_step_duration_seconds_count').find(({ labels }) => labels['stage'] === 'password')?.labels, {
        stage: 'password',
        outcome: 'pass',
      })
      assert.ok(of('sluice_database_statements_total').some(({ labels, value }) => labels['operation'] === 'select' && value >= 1))
      assert.ok(of('sluice_flow_runs_total').some(({ labels }) => labels['flow'] === 'sign-in' && labels['outcome'] === 'closed'))
      assert.ok(!JSON.stringify(samples).includes('rehearsed'))
      assert.equal(of('sluice_password_hash_queue')[0]?.value, 4)
      assert.deepEqual(of('sluice_configuration_revision')[0]?.labels, { revision: 'abc' })
      assert.equal(of('sluice_build_info')[0]?.labels['version'], '1.2.3')
      for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
        assert.equal(of(name).length, 1, name)
    } finally {
      await metrics.close()
    }
  })

  test('at a place that is taken stop the start only if somebody asked for it', async () => {
    await withTakenPort(async (port) => {
      assert.equal(await serveMetrics({ host: '127.0.0.1', port, byDefault: true }, gauges, log), undefined)
      assert.match(warned.join(), new RegExp(`SLUICE_LISTEN_METRICS: 127\\.0\\.0\\.1:${port} is taken .*; this server has no metrics`))
      await assert.rejects(serveMetrics({ host: '127.0.0.1', port, byDefault: false }, gauges, log), /SLUICE_LISTEN_METRICS: .* is taken/)
    })
  })

  test('that are off are not served', async () => {
    assert.equal(await serveMetrics(undefined, gauges, log), undefined)
  })
})
