import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { command, freePort, temporaryDirectory } from '../kit/server.ts'
import { startRedis } from '../kit/redis.ts'

const run = (args: readonly string[], url: string, port: number) => {
  const directory = temporaryDirectory()
  const env = { SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`, SLUICE_DATA_DIR: join(directory, 'data'), SLUICE_REDIS_URL: url }
  const called = command(args, { directory, env })
  called.child.stdin?.end()
  return called.ended
}

test('a start without Redis waits 30 s and stops with one line, without the password', async () => {
  const gone = await freePort()
  const started = performance.now()
  const { code, out, err } = await run(['serve'], `redis://u:private@127.0.0.1:${gone}/0`, await freePort())
  const seconds = (performance.now() - started) / 1000
  assert.deepEqual([code, out], [1, ''])
  assert.ok(seconds >= 30 && seconds < 45, String(seconds))
  assert.match(err, new RegExp(`^sluice: Redis at 127\\.0\\.0\\.1:${gone} \\(SLUICE_REDIS_URL\\) cannot be used: .*ECONNREFUSED`, 'm'))
  assert.match(err, /waiting up to 30 s for Redis at/)
  assert.doesNotMatch(err, /private|\n\s+at /)
})

test('the doctor finds a Redis that evicts, and one that is gone', async (t) => {
  const redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
  t.after(() => redis.kill())
  const port = await freePort()
  assert.match((await run(['doctor'], redis.url, port)).out, /warning +Redis +\S+ has maxmemory-policy allkeys-lru/)
  const gone = await run(['doctor'], `redis://127.0.0.1:${await freePort()}`, port)
  assert.equal(gone.code, 1)
  assert.match(gone.out, /error +Redis +Redis at \S+ \(SLUICE_REDIS_URL\) cannot be used/)
})
