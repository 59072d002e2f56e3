import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisSignals } from '../../core/signals/redis.ts'
import { startRedis } from '../kit/redis.ts'
import { signalsContract } from './signals.ts'

const silence = () => {}
const log = { debug: silence, info: silence, warn: silence, error: silence }

const replicas = async () => {
  const redis = await startRedis()
  const [here, there] = [redisSignals(redis.url, log), redisSignals(redis.url, log)]
  const hear = async () => {
    const heard: string[] = []
    const end = there.subscribe('probe', (text) => void heard.push(text))
    for (let tries = 0; heard.length === 0; tries++) {
      assert.ok(tries < 60, 'signals do not come')
      here.publish('probe', '')
      await sleep(50)
    }
    end()
  }
  await hear()
  const close = async () => {
    await Promise.all([here.close(), there.close()])
    await redis.kill()
  }
  return { redis, here, there, hear, close }
}

signalsContract('Redis', replicas)

test('while Redis is gone signals come here only, and there again when it is back', async (t) => {
  const { redis, here, hear, close } = await replicas()
  t.after(close)
  let heard = 0
  here.subscribe('a', () => void heard++)
  await redis.kill()
  here.publish('a', '')
  await sleep(50)
  assert.equal(heard, 1)
  await redis.start()
  await hear()
})
