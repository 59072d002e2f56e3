import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { type RelyingParty, relyingParty } from '../kit/relying-party.ts'
import { startRedis, type TestRedis } from '../kit/redis.ts'
import { robot } from '../kit/robot.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let redis: TestRedis
let server: TestServer
let wiki: RelyingParty
before(async () => {
  redis = await startRedis()
  server = await startServer({ apply: configuration(robot.document), env: { SLUICE_REDIS_URL: redis.url } })
  wiki = relyingParty(server.url)
})
after(async () => {
  await server?.stop()
  redis?.resume()
  await redis?.kill()
})

const health = async (which: 'live' | 'ready') => {
  const answer = await fetch(`${server.url}/-/health/${which}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
/** Milliseconds until the server is ready; at most 3 s. */
const untilReady = async () => {
  const started = performance.now()
  while ((await health('ready')).status !== 200 && performance.now() - started < 3000) await sleep(50)
  return performance.now() - started
}
const outages = () => server.logs().split('redis: does not answer').length - 1

const ways = {
  slow: { break: async () => redis.pause(), mend: async () => redis.resume() },
  gone: { break: async () => redis.kill(), mend: async () => redis.start() },
} as const

for (const [name, way] of Object.entries(ways)) {
  test(`while Redis is ${name}, what needs it is refused, what does not goes on, and all is well when it is back`, async () => {
    const signedIn = new Client(server.url)
    const code = wiki.answerOf(await signIn(signedIn, people.ada, wiki.start()))['code'] ?? ''
    const tokens = (await wiki.redeem(code)).json()
    const unused = wiki.answerOf(await signedIn.open(wiki.start()))['code'] ?? ''
    const visitor = new Client(server.url)
    await visitor.open('/if/flow/redirect/')
    const before = outages()

    await way.break()
    const started = performance.now()
    const page = await visitor.open('/if/flow/redirect/')
    assert.deepEqual([page.status, page.headers.get('retry-after')], [503, '2'])
    assert.doesNotMatch(page.body, /\bat \S+:\d+|ioredis|127\.0\.0\.1/)
    assert.ok(performance.now() - started < 3000)

    const refused = await wiki.redeem(unused)
    assert.deepEqual([refused.status, refused.json().error, refused.headers.get('retry-after')], [503, 'temporarily_unavailable', '2'])

    const assertion = robot.assertion(server.url)
    assert.equal((await robot.ask(server.url, assertion)).status, 503)

    const run = await new Client(server.url).ask('/api/v1/flows/default-authentication/run', { json: {} })
    assert.deepEqual([run.status, run.json().code, run.headers.get('retry-after')], [503, 'unavailable', '2'])

    // Tokens that were revoked are marked there: as long as nobody can look, none is taken.
    assert.equal((await wiki.userinfo(tokens.access_token)).status, 503)
    assert.equal(await isSignedIn(signedIn), true)
    assert.equal((await health('live')).status, 200)
    const ready = await health('ready')
    assert.deepEqual([ready.status, ready.body['missing']], [503, ['Redis']])
    assert.equal(outages() - before, 1)

    await way.mend()
    assert.ok((await untilReady()) < 2500)
    assert.equal((await robot.ask(server.url, robot.assertion(server.url))).status, 200)
    assert.equal(await isSignedIn(signedIn), true)
    await signIn(new Client(server.url), people.ada)
  })
}
