import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hidden, pairs } from '../../hostile/smuggling.ts'
import { Client, signIn } from '../../kit/client.ts'
import { configuration, people } from '../../kit/configuration.ts'
import { startServer, type TestServer } from '../../kit/server.ts'
import { answerTo } from '../../kit/socket.ts'
import type { Peer } from '../process.ts'
import { haproxy, nginx } from './proxies.ts'

/** Routes that requests came to since the server was started. */
const routesOf = (server: TestServer): readonly string[] =>
  server
    .logs()
    .split('\n')
    .flatMap((line) => (line.includes('"msg":"http"') ? [(JSON.parse(line) as { route: string }).route] : []))

for (const proxy of [haproxy, nginx])
  describe(`behind ${proxy.name}, which keeps its connections,`, () => {
    let server: TestServer
    let front: Peer
    before(async () => {
      server = await startServer({ apply: configuration(), env: { SLUICE_LOG_LEVEL: 'debug' } })
      front = await proxy.start(new URL(server.url))
    })
    after(async () => {
      await front?.stop()
      await server?.stop()
    })

    test('people sign in', async () => {
      const origin = front.url.replace('127.0.0.1', 'localhost')
      const page = await signIn(new Client(origin), people.ada)
      assert.deepEqual([page.status, page.heading], [200, 'Your applications'])
    })

    for (const [name, bytes] of Object.entries(pairs))
      test(`${name}: both refuse it, or both see one request, and the next one gets its own answer`, async () => {
        await answerTo(front.url, bytes, 300)
        // Whoever comes next on the connection between the two would get what was smuggled.
        for (let n = 0; n < 3; n++) {
          const next = await new Client(front.url.replace('127.0.0.1', 'localhost')).ask('/-/health/live')
          assert.deepEqual([next.status, next.body], [200, '{"status":"ok"}'])
        }
        assert.ok(!routesOf(server).includes(hidden), 'what was hidden in a body came to be a request')
      })

    test('the test would see a request that came through', async () => {
      assert.equal((await new Client(front.url.replace('127.0.0.1', 'localhost')).ask(hidden)).status, 200)
      await new Promise((resolve) => setTimeout(resolve, 100))
      assert.ok(routesOf(server).includes(hidden))
    })
  })
