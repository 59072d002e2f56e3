import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Log } from '../../core/api/index.ts'
import { Unavailable } from '../../core/data/unavailable.ts'
import { awaitRedis, connectRedis, evictionPolicy, RedisUnreachable } from '../../core/store/redis-connection.ts'
import { redisStore } from '../../core/store/redis.ts'
import { freePort } from '../kit/server.ts'
import { startRedis } from '../kit/redis.ts'
import { storeContract } from './store.ts'

const silence = () => {}
const log = { debug: silence, info: silence, warn: silence, error: silence }
const clock = { now: () => new Date() }

const open = async (url: string, said: Log = log) => {
  const connection = connectRedis(url, said)
  await awaitRedis(connection, said)
  return { connection, store: redisStore(connection, clock) }
}

const withRedis = async (t: TestContext, ...args: readonly string[]) => {
  const redis = await startRedis(...args)
  t.after(() => redis.kill())
  const opened = async (...given: Parameters<typeof open>) => {
    const one = await open(...given)
    t.after(() => one.connection.close())
    return one
  }
  return { redis, opened }
}

storeContract('Redis', async (given) => {
  const redis = await startRedis()
  const { connection } = await open(redis.url)
  const close = async () => {
    connection.close()
    await redis.kill()
  }
  return { store: redisStore(connection, given), close }
})

test('of 100 takers on two connections one gets it', async (t) => {
  const { redis, opened } = await withRedis(t)
  const stores = [(await opened(redis.url)).store, (await opened(redis.url)).store] as const
  await stores[0].put('k', 'code', 10)
  const got = await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 2 === 0 ? 0 : 1].take('k', { leave: 'grant' })))
  assert.equal(got.filter((one) => one && 'taken' in one).length, 1)
  assert.equal(got.filter((one) => one && 'left' in one && one.left === 'grant').length, 99)
})

test('Redis forgets by itself, keys have the prefix, and scripts may be flushed', async (t) => {
  const { redis, opened } = await withRedis(t)
  const { connection, store } = await opened(redis.url)
  await store.put('k', 1, 10)
  const left = await connection.redis.pttl('sluice:k')
  assert.ok(left > 9000 && left <= 11_000, String(left))
  await connection.redis.script('FLUSH')
  assert.equal((await store.get('k'))?.value, 1)
  assert.equal(await evictionPolicy(connection), 'noeviction')
})

test('paused or gone, each call ends within 1.5 s by Unavailable; back, all is well within 2 s; each outage is one line', async (t) => {
  const { redis, opened } = await withRedis(t)
  const lines: string[] = []
  const noting = (_: object, text: string) => void lines.push(text)
  const { store } = await opened(redis.url, { ...log, error: noting, info: noting })
  const fails = async () => {
    const started = performance.now()
    for (const end of await Promise.allSettled([store.get('k'), store.take('k'), store.put('k', 1, 10), store.increment('n', 10)]))
      assert.ok(end.status === 'rejected' && end.reason instanceof Unavailable)
    assert.ok(performance.now() - started < 1500)
  }
  const isWell = async () => {
    const started = performance.now()
    for (;;) {
      try {
        await store.put('k', 1, 10)
        return assert.ok(performance.now() - started < 2500)
      } catch (error) {
        if (performance.now() - started > 2500) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  redis.pause()
  for (let i = 0; i < 3; i++) await fails()
  redis.resume()
  await isWell()
  await redis.kill()
  for (let i = 0; i < 3; i++) await fails()
  await redis.start()
  await isWell()
  assert.deepEqual(
    lines.map((line) => line.split(';')[0]),
    ['redis: does not answer', 'redis: answers again', 'redis: does not answer', 'redis: answers again'],
  )
})

test('a start without Redis says which option and place, and not the password', async () => {
  const port = await freePort()
  const connection = connectRedis(`redis://user:private@127.0.0.1:${port}/0`, log)
  await assert.rejects(awaitRedis(connection, log, { limit: 500 }), (error: Error) => {
    assert.ok(error instanceof RedisUnreachable)
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} \\(SLUICE_REDIS_URL\\) cannot be used: .*ECONNREFUSED`))
    return !error.message.includes('private')
  })
  connection.close()
})

test('a wrong password is the reason that is told; the right one and a database number do', async (t) => {
  const { redis, opened } = await withRedis(t, '--requirepass', 'right')
  const wrong = connectRedis(redis.url.replace('//', '//:wrong@'), log)
  await assert.rejects(awaitRedis(wrong, log, { limit: 500 }), /WRONGPASS/)
  wrong.close()
  const { store } = await opened(redis.url.replace('//', '//:right@').replace(/0$/, '3'))
  await store.put('k', 1, 10)
  const other = await opened(redis.url.replace('//', '//:right@'))
  assert.equal(await other.store.get('k'), undefined)
})
