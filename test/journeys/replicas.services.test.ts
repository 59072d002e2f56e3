import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { Client as DatabaseClient } from 'pg'
import { limits } from '../../core/engine/limits.ts'
import { answerOf, attacked, authorizeAddress, codeFor, redeem, refresh, userinfo } from '../hostile/attack.ts'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { type Cluster, startCluster } from '../kit/cluster.ts'
import { people } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { robot } from '../kit/robot.ts'
import { temporaryDirectory } from '../kit/server.ts'

const { ada, bob } = people
const at = (cluster: Cluster) => ({ url: cluster.url }) as Parameters<typeof redeem>[0]

/** What a user and an application do, over and over, and what of it failed. */
const load = (cluster: Cluster, workers: number) => {
  const failures: string[] = []
  const done = { rounds: 0, isOver: false }
  const round = async () => {
    const code = await codeFor(new Client(cluster.url), ada)
    const first = await redeem(at(cluster), code)
    assert.equal(first.status, 200, JSON.stringify(first.body))
    const second = await refresh(at(cluster), first.body['refresh_token'])
    assert.equal(second.status, 200, JSON.stringify(second.body))
    assert.equal(await userinfo(at(cluster), second.body['access_token']), 200)
    assert.equal((await redeem(at(cluster), code)).status, 400, 'a code is good once')
  }
  const work = async () => {
    while (!done.isOver) {
      try {
        await round()
        done.rounds++
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const all = Promise.all(Array.from({ length: workers }, work))
  return {
    done,
    async end() {
      done.isOver = true
      await all
      return failures
    },
  }
}

/** Hears what replicas tell each other by PostgreSQL. */
const listening = async ({ databaseUrl }: Cluster) => {
  const heard: string[] = []
  const client = new DatabaseClient({ connectionString: databaseUrl })
  client.on('notification', ({ payload = '' }) => void heard.push(payload))
  await client.connect()
  await client.query('listen sluice_signals_1')
  return {
    async end() {
      await client.query('select 1')
      await client.end()
      return heard
    },
  }
}

for (const redis of [false, true]) {
  describe(redis ? 'replicas on PostgreSQL and Redis' : 'replicas on PostgreSQL', { timeout: 240_000 }, () => {
    let cluster: Cluster
    before(async () => {
      cluster = await startCluster({ replicas: 3, apply: attacked(robot.document), redis, env: { SLUICE_LOG_LEVEL: 'debug' } })
      await cluster.serving(3)
    })
    after(() => cluster?.stop())

    test('a sign-in goes through all of them: no page needs the one before', async () => {
      const client = new Client(cluster.url)
      await signIn(client, bob)
      for (let times = 0; times < 6; times++) assert.ok(await isSignedIn(client))
    })

    test('a code, and a refresh token, that a hundred redeem at once at all of them is good once', async () => {
      const code = await codeFor(new Client(cluster.url), ada)
      const redeemed = await Promise.all(Array.from({ length: 100 }, () => redeem(at(cluster), code)))
      assert.equal(redeemed.filter(({ status }) => status === 200).length, 1)
      assert.ok(redeemed.every(({ status }) => status === 200 || status === 400))

      const { body } = await redeem(at(cluster), await codeFor(new Client(cluster.url), ada))
      const refreshed = await Promise.all(Array.from({ length: 100 }, () => refresh(at(cluster), body['refresh_token'])))
      const winners = refreshed.filter(({ status }) => status === 200)
      assert.equal(winners.length, 1)
      assert.equal((await refresh(at(cluster), winners[0]?.body['refresh_token'])).status, 200, 'the family lives')
    })

    test('an assertion that sixty use at once at all of them is good once', async () => {
      const assertion = robot.assertion(cluster.url)
      const answers = await Promise.all(Array.from({ length: 60 }, () => robot.ask(cluster.url, assertion)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      for (let times = 0; times < 6; times++) assert.equal((await robot.ask(cluster.url, assertion)).status, 401, 'each of them knows')
      assert.equal((await robot.ask(cluster.url, robot.assertion(cluster.url))).status, 200)
    })

    test('guesses at one account are counted by all of them together, however many browsers guess at once', async () => {
      const pages = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const client = new Client(cluster.url)
          return { client, page: await client.submit(await client.open('/if/flow/default-authentication/'), { identifier: 'mallory' }) }
        }),
      )
      const statuses = await Promise.all(
        pages.map(({ client, page }, index) => client.submit(page, { password: `guess ${index}` }).then(({ status }) => status)),
      )
      const of = (wanted: number) => statuses.filter((status) => status === wanted).length
      assert.deepEqual([of(422), of(429)], [limits.account, 60 - limits.account])
    })

    test('a link of an operator that a hundred use at once sets one password', async () => {
      const made = await cluster.replicas[0]?.sluice(['recover', 'bob'])
      const link = /http\S+/.exec(made?.out ?? '')?.[0] ?? assert.fail(made?.err)
      const pages = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const client = new Client(cluster.url)
          return { client, page: await client.open(link) }
        }),
      )
      const before = (await run(cluster, "select count(*) as n from events where action = 'user.password-set'")).rows[0]?.n ?? 0
      const ends = await Promise.all(
        pages.map(({ client, page }, index) => {
          const password = `a password of number ${index}`
          return client.submit(page, { password, 'password-repeat': password }).then(({ status }) => status)
        }),
      )
      assert.equal(ends.filter((status) => status < 400).length, 1, JSON.stringify(ends))
      const changed = async () =>
        Number((await run(cluster, "select count(*) as n from events where action = 'user.password-set'")).rows[0]?.n ?? 0) - Number(before)
      // Events are written in batches, a moment later.
      for (let tries = 0; (await changed()) === 0 && tries < 100; tries++) await sleep(50)
      await sleep(500)
      assert.equal(await changed(), 1)
    })

    test('what one commits, all serve within two seconds', async () => {
      const [first] = cluster.replicas
      const listener = redis ? undefined : await listening(cluster)
      const slug = redis ? 'second' : 'first'
      const application = {
        version: 1,
        providers: { [slug]: { type: 'oidc', with: { clientType: 'public', redirectUris: ['https://new.example/cb'] } } },
      }
      const file = join(temporaryDirectory(), 'new.json')
      writeFileSync(file, JSON.stringify({ ...application, applications: { [slug]: { name: 'New', provider: slug } } }))
      const applied = await first?.sluice(['apply', file])
      assert.equal(applied?.code, 0, applied?.err)
      const committed = Date.now()
      const serves = async (server: { readonly url: string }) => {
        const { port } = new URL(server.url)
        const answer = await fetch(`http://localhost:${port}/application/o/${slug}/.well-known/openid-configuration`, {
          headers: { 'x-forwarded-host': new URL(cluster.url).host },
        })
        await answer.arrayBuffer()
        return answer.status === 200
      }
      for (;;) {
        if ((await Promise.all(cluster.replicas.map(serves))).every(Boolean)) break
        assert.ok(Date.now() - committed < 2000, 'two seconds are over')
        await sleep(50)
      }
      // By PostgreSQL they tell each other at once; by Redis it is the same code.
      if (listener) assert.ok((await listener.end()).some((payload) => payload.includes('"topic":"configuration"')))
    })

    test('one after another is started anew while people sign in, and nobody notices', async () => {
      const people = load(cluster, 4)
      for (const replica of cluster.replicas) {
        await replica.restart()
        await cluster.serving(3)
      }
      assert.deepEqual(await people.end(), [])
      assert.ok(people.done.rounds >= 10, String(people.done.rounds))
    })

    test('one is killed in the midst of sign-ins: whoever waits for it tries again, and nothing is done twice', async () => {
      const waiting = new Client(cluster.url)
      const asked = await waiting.submit(await waiting.open(authorizeAddress()), { identifier: 'ada' })
      const [victim] = cluster.replicas
      assert.ok(victim)
      // Of people, not of the balancer that asks for its health.
      const served = () =>
        victim
          .logs()
          .match(/^.*"msg":"http".*$/gm)
          ?.filter((line) => !line.includes('/-/health')).length ?? 0
      const before = served()
      const people = load(cluster, 4)
      while (people.done.rounds < 4 || served() < before + 20) await sleep(20)
      const [roundsBefore, servedBefore] = [people.done.rounds, served()]
      assert.ok(servedBefore - before >= 20, 'the one that is to be killed serves')
      const ended = await victim.stop('SIGKILL')
      assert.equal(ended.signal, 'SIGKILL')
      while (people.done.rounds < roundsBefore + 8) await sleep(20)
      const failures = await people.end()
      // What was on its way to the one that was killed; HAProxy says 502 for it: one for each who works, and what it takes HAProxy to notice.
      assert.ok(failures.length <= 8, failures.join('\n'))
      assert.ok(people.done.rounds >= roundsBefore + 8, 'the others went on')
      const { code } = answerOf(await waiting.submit(asked, { password: ada.password }))
      assert.ok(code, 'a sign-in that was under way goes on at another')
      await victim.restart()
      await cluster.serving(3)
      const { rows } = await run(cluster, 'select count(*) as n from closed_runs group by id having count(*) > 1')
      assert.deepEqual(rows, [])
    })

    test('PostgreSQL is killed and comes back: 503 meanwhile, who was signed in still is, and what was answered stays', async () => {
      const client = new Client(cluster.url)
      await signIn(client, ada)
      const tokens = (await redeem(at(cluster), await codeFor(new Client(cluster.url), ada))).body
      const code = await codeFor(new Client(cluster.url), ada)
      const used = await codeFor(new Client(cluster.url), ada)
      assert.equal((await redeem(at(cluster), used)).status, 200)
      await cluster.postgresql.stop('SIGKILL')
      const during = await Promise.all([redeem(at(cluster), code).catch(() => undefined), client.ask('/')])
      assert.ok(during[0] === undefined || during[0].status === 503, JSON.stringify(during[0]?.body))
      assert.equal(during[1].status, 503)
      const live = await Promise.all(cluster.replicas.map((server) => fetch(`${server.url}/-/health/live`)))
      assert.deepEqual(
        live.map(({ status }) => status),
        [200, 200, 200],
      )
      const ready = await fetch(`${cluster.replicas[0]?.url}/-/health/ready`)
      assert.deepEqual([ready.status, ((await ready.json()) as { missing: unknown }).missing], [503, ['The database']])
      // All of them have noticed, or the balancer would still hold for well what is not yet.
      await cluster.serving(0)
      await cluster.postgresql.start()
      await cluster.serving(3)
      assert.ok(await isSignedIn(client))
      assert.equal(await userinfo(at(cluster), tokens['access_token']), 200)
      assert.equal((await refresh(at(cluster), tokens['refresh_token'])).status, 200)
      assert.equal((await redeem(at(cluster), used)).status, 400, 'what was used stays used')
      // Redis took the code before the database was asked: it is lost, and never good twice.
      assert.equal((await redeem(at(cluster), code)).status, redis ? 400 : 200)
    })

    if (redis)
      test('Redis is killed and comes back empty: sign-ins begin anew, who was signed in still is, no code is good twice', async () => {
        const client = new Client(cluster.url)
        await signIn(client, ada)
        const waiting = new Client(cluster.url)
        const page = await waiting.open(authorizeAddress())
        const tokens = (await redeem(at(cluster), await codeFor(new Client(cluster.url), ada))).body
        const code = await codeFor(new Client(cluster.url), ada)
        await cluster.redis?.kill()
        const ready = async () => (await fetch(`${cluster.replicas[0]?.url}/-/health/ready`)).status
        for (let tries = 0; (await ready()) !== 503 && tries < 50; tries++) await sleep(100)
        assert.equal(await ready(), 503)
        await cluster.serving(0)
        await cluster.redis?.start()
        await cluster.serving(3)
        assert.ok(await isSignedIn(client))
        assert.equal((await refresh(at(cluster), tokens['refresh_token'])).status, 200)
        assert.equal((await redeem(at(cluster), code)).status, 400)
        const anew = await waiting.submit(page, { identifier: 'ada' })
        assert.ok(anew.status >= 400 && anew.status < 500, String(anew.status))
        await signIn(new Client(cluster.url), ada)
      })
  })
}
