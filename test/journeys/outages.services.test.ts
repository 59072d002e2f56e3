import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerOf, attacked, authorizeAddress, codeFor, redeem, type TokenAnswer, userinfo } from '../hostile/attack.ts'
import { Client, isSignedIn, type Page, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startRedis, type TestRedis } from '../kit/redis.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { rowsOf } from '../tools/markdown.ts'
import { root } from '../tools/sources.ts'

/** The table of `docs/operations.md` that tells what people see while PostgreSQL or Redis is slow, gone or back. */
const [head = [], ...promises] = rowsOf(readFileSync(join(root, 'docs/operations.md'), 'utf8'), '| Dependency | Is |')
const columns = head.slice(2)

/** What a cell promises that a program can compare: status codes, words in the code font, and what is missing. */
const factsIn = (cell: string): readonly string[] =>
  [
    ...[...cell.matchAll(/\b[2-5]\d\d\b/g)].map(([status]) => status),
    ...[...cell.matchAll(/`([^`]+)`(?: is (The database|Redis))?/g)].map(([, word = '', what]) => (what ? `${word}: ${what}` : word)),
  ].toSorted()
/** "the same" is what the row before says. */
const promised = (row: number, column: number): { readonly facts: readonly string[]; readonly atOnce: boolean } => {
  const cell = promises[row]?.[column + 2] ?? ''
  const atOnce = cell.endsWith('at once')
  return /^the same(?:, at once)?$/.test(cell) ? { ...promised(row - 1, column), atOnce } : { facts: factsIn(cell), atOnce }
}

/** On one PostgreSQL: one server with Redis, one without. */
let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let redis: TestRedis
let withRedis: TestServer
let alone: TestServer

/** What somebody has before a dependency goes away, at each server. */
type Had = {
  readonly server: TestServer
  readonly client: Client
  readonly accessToken: string
  readonly unused: string
  readonly used: string
  /** At the question for the password. */
  readonly waiting: { readonly client: Client; readonly page: Page }
}
const have = async (server: TestServer): Promise<Had> => {
  const client = new Client(server.url)
  const used = await codeFor(client, people.ada)
  const { body, status } = await redeem(server, used)
  assert.equal(status, 200, JSON.stringify(body))
  const waiting = new Client(server.url)
  const page = await waiting.submit(await waiting.open(authorizeAddress()), { identifier: 'bob' })
  return {
    server,
    client,
    accessToken: body['access_token'] as string,
    unused: await codeFor(new Client(server.url), people.ada),
    used,
    waiting: { client: waiting, page },
  }
}
let had: { readonly withRedis: Had; readonly alone: Had }
const haveBoth = async () => {
  had = { withRedis: await have(withRedis), alone: await have(alone) }
}

type Facts = readonly (string | undefined)[]
const health = async ({ url }: TestServer): Promise<Facts> => {
  const answer = await fetch(`${url}/-/health/ready`)
  const { missing } = (await answer.json()) as { readonly missing?: readonly string[] }
  return [String(answer.status), missing && `missing: ${missing.join()}`]
}
/** Milliseconds from now until it is ready. */
const untilReady = async (server: TestServer): Promise<number> => {
  const started = performance.now()
  while ((await health(server))[0] !== '200') {
    assert.ok(performance.now() - started < 20_000, 'it does not become ready')
    await sleep(50)
  }
  return performance.now() - started
}
const run = '/api/v1/flows/default-authentication/run'
/** Both the page and the API refuse; `asks`: the API may still put the first question. */
const signingIn = async ({ url }: TestServer, { header, asks = false }: { header?: string; asks?: boolean } = {}): Promise<Facts> => {
  const page = await new Client(url).open('/if/flow/redirect/')
  const client = new Client(url)
  let answer = await client.ask(run, { json: {} })
  if (asks && answer.status === 200) {
    const { run: id, challenge } = answer.json()
    answer = await client.ask(run, { json: { run: id, challenge, answer: { identifier: 'ada' } } })
  }
  assert.equal(page.status, answer.status)
  const has = header && page.headers.get(header) && answer.headers.get(header)
  return [String(page.status), answer.json().code, has ? header : undefined]
}
const error = ({ status, body }: TokenAnswer): Facts => [String(status), body['error'] as string | undefined]

/** What each cell promises, tried: gives the facts as they are. By row and column. */
const checks: Readonly<Record<string, Readonly<Record<string, () => Promise<Facts>>>>> = {
  'Redis slow': {
    'Signing in': () => signingIn(withRedis, { header: 'Retry-After' }),
    'Redeeming a code': async () => error(await redeem(withRedis, had.withRedis.unused)),
    async 'Who is signed in, user info'() {
      assert.ok(await isSignedIn(had.withRedis.client))
      return [String(await userinfo(withRedis, had.withRedis.accessToken))]
    },
    '`ready`': () => health(withRedis),
  },
  'Redis gone': {
    'Signing in': () => signingIn(withRedis, { header: 'Retry-After' }),
    'Redeeming a code': async () => error(await redeem(withRedis, had.withRedis.unused)),
    async 'Who is signed in, user info'() {
      assert.ok(await isSignedIn(had.withRedis.client))
      return [String(await userinfo(withRedis, had.withRedis.accessToken))]
    },
    '`ready`': () => health(withRedis),
  },
  'Redis back': {
    async 'Signing in'() {
      const { client, page } = had.withRedis.waiting
      const { status } = await client.submit(page, { password: people.bob.password })
      assert.ok(status >= 400 && status < 500, `what Redis lost begins again: ${status}`)
      await signIn(client, people.bob)
      return []
    },
    async 'Redeeming a code'() {
      const [status, why] = error(await redeem(withRedis, had.withRedis.unused))
      assert.equal(status, '400')
      assert.equal((await redeem(withRedis, await codeFor(new Client(withRedis.url), people.ada))).status, 200)
      return [why]
    },
    async 'Who is signed in, user info'() {
      assert.ok(await isSignedIn(had.withRedis.client))
      assert.equal(await userinfo(withRedis, had.withRedis.accessToken), 200)
      return []
    },
    '`ready`': () => health(withRedis),
  },
  'PostgreSQL gone': {
    async 'Signing in'() {
      const answers = await Promise.all([signingIn(alone), signingIn(withRedis, { asks: true })])
      assert.deepEqual(answers[0], answers[1])
      return answers[0]
    },
    async 'Redeeming a code'() {
      const answers = await Promise.all([redeem(alone, had.alone.unused), redeem(withRedis, had.withRedis.unused)])
      assert.deepEqual([answers[0].status, answers[1].status], [503, 503])
      return ['503']
    },
    async 'Who is signed in, user info'() {
      for (const { server, client, accessToken } of [had.alone, had.withRedis])
        assert.deepEqual([(await client.ask('/')).status, await userinfo(server, accessToken)], [503, 503])
      return ['503']
    },
    async '`ready`'() {
      const answers = await Promise.all([health(alone), health(withRedis)])
      assert.deepEqual(answers[0], answers[1])
      return answers[0]
    },
  },
  'PostgreSQL back': {
    async 'Signing in'() {
      const { client, page } = had.alone.waiting
      assert.ok(answerOf(await client.submit(page, { password: people.bob.password }))['code'], 'what was under way goes on')
      for (const { url } of [alone, withRedis]) await signIn(new Client(url), people.bob)
      return []
    },
    async 'Redeeming a code'() {
      for (const { server, used } of [had.alone, had.withRedis]) assert.equal((await redeem(server, used)).status, 400)
      // As the row before has it.
      assert.equal((await redeem(alone, had.alone.unused)).status, 200)
      assert.equal((await redeem(withRedis, had.withRedis.unused)).status, 400)
      return []
    },
    async 'Who is signed in, user info'() {
      for (const { client, server } of [had.alone, had.withRedis]) {
        assert.ok(await isSignedIn(client))
        // The second use of a code, above, revoked what came of the first.
        assert.equal(await userinfo(server, (await redeem(server, await codeFor(client, people.ada))).body['access_token']), 200)
      }
      return []
    },
    async '`ready`'() {
      const answers = await Promise.all([health(alone), health(withRedis)])
      assert.deepEqual(answers[0], answers[1])
      return answers[0]
    },
  },
}

/** What happens before each row is tried, in the order in which it happens. */
const phases: Readonly<Record<string, () => Promise<void>>> = {
  async 'Redis slow'() {
    await haveBoth()
    redis.pause()
  },
  async 'Redis gone'() {
    redis.resume()
    await untilReady(withRedis)
    await haveBoth()
    await redis.kill()
    await sleep(200)
  },
  async 'Redis back'() {
    await redis.start()
    assert.ok((await untilReady(withRedis)) < 2500, 'within two seconds')
  },
  async 'PostgreSQL gone'() {
    await haveBoth()
    await postgresql.stop('SIGKILL')
  },
  async 'PostgreSQL back'() {
    await postgresql.start()
    await Promise.all([untilReady(alone), untilReady(withRedis)])
  },
}

const nameOf = (row: number): string => `${promises[row]?.[0]} ${promises[row]?.[1]?.replace(/ \(.*/, '')}`
const rowOf = (name: string): number => promises.findIndex((_, row) => nameOf(row) === name)

describe('the table of outages in docs/operations.md', { timeout: 240_000 }, () => {
  before(async () => {
    ;[postgresql, redis] = await Promise.all([startPostgresql({ durable: true }), startRedis()])
    const env = { SLUICE_DATABASE_URL: postgresql.url, SLUICE_SECRET_KEY: 'a secret key that is long enough for this' }
    withRedis = await startServer({ apply: attacked(), env: { ...env, SLUICE_REDIS_URL: redis.url } })
    alone = await startServer({ apply: attacked(), env })
  })
  after(async () => {
    redis?.resume()
    await Promise.all([withRedis?.stop('SIGKILL'), alone?.stop('SIGKILL')])
    await Promise.all([redis?.kill(), postgresql?.remove()])
  })

  test('has a check for each promise, and no check is without one', () => {
    assert.ok(columns.length > 0, 'the table is not found')
    assert.deepEqual(promises.map((_, row) => nameOf(row)).toSorted(), Object.keys(checks).toSorted())
    for (const [row, by] of Object.entries(checks)) assert.deepEqual(Object.keys(by).toSorted(), columns.toSorted(), row)
    assert.deepEqual(Object.keys(phases).toSorted(), Object.keys(checks).toSorted())
  })

  for (const [name, begin] of Object.entries(phases)) {
    describe(name, () => {
      before(begin)
      for (const [column, title] of columns.entries()) {
        test(title, async () => {
          const { facts, atOnce } = promised(rowOf(name), column)
          const started = performance.now()
          const found = await checks[name]?.[title]?.()
          if (atOnce) assert.ok(performance.now() - started < 900, 'it waits for no timeout')
          assert.deepEqual(found?.filter((fact) => fact !== undefined).toSorted(), facts)
        })
      }
    })
  }
})
