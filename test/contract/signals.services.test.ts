import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresqlSignals } from '../../core/signals/postgresql.ts'
import { redisSignals } from '../../core/signals/redis.ts'
import type { Signals } from '../../core/signals/signals.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startRedis } from '../kit/redis.ts'
import { signalsContract } from './signals.ts'

const silence = () => {}
const log = { debug: silence, info: silence, warn: silence, error: silence }

type Service = { readonly signals: () => Signals; kill(): Promise<void>; start(): Promise<void>; remove(): Promise<void> }

const services: Readonly<Record<string, () => Promise<Service>>> = {
  async Redis() {
    const redis = await startRedis()
    return { signals: () => redisSignals(redis.url, log), kill: redis.kill, start: redis.start, remove: redis.kill }
  },
  async PostgreSQL() {
    const { url, stop, start, remove } = await startPostgresql()
    return { signals: () => postgresqlSignals(url, log), kill: () => stop('SIGQUIT'), start, remove }
  },
}

for (const [name, serve] of Object.entries(services)) {
  const replicas = async () => {
    const service = await serve()
    const [here, there] = [service.signals(), service.signals()]
    const hear = async () => {
      const heard: string[] = []
      const end = there.subscribe('probe', (text) => void heard.push(text))
      for (let tries = 0; heard.length === 0; tries++) {
        assert.ok(tries < 200, 'signals do not come')
        here.publish('probe', '')
        await sleep(50)
      }
      end()
    }
    await hear()
    const close = async () => {
      await Promise.all([here.close(), there.close()])
      await service.remove()
    }
    return { service, here, there, hear, close }
  }

  signalsContract(name, replicas)

  test(`while ${name} is gone signals come here only, and there again when it is back`, async (t) => {
    const { service, here, hear, close } = await replicas()
    t.after(close)
    let heard = 0
    here.subscribe('a', () => void heard++)
    await service.kill()
    here.publish('a', '')
    await sleep(50)
    assert.equal(heard, 1)
    await service.start()
    await hear()
  })
}
