import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { Client } from '../kit/client.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { metricsAt } from '../kit/metrics.ts'
import { command, freePort, startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

const secret = 'a secret key that is long enough for this'
/** Milliseconds within which a worker must be there again. */
const patience = 30_000

type Line = { readonly worker?: number; readonly pid: number; readonly msg: string; readonly code?: number; readonly migrations?: unknown }
const linesOf = (server: TestServer): readonly Line[] =>
  server
    .logs()
    .split('\n')
    .flatMap((text) => (text.startsWith('{') && text.endsWith('}') ? [JSON.parse(text) as Line] : []))
/** The process that worker `number` is now, by what it last wrote. */
const pidOf = (server: TestServer, number: number): number =>
  linesOf(server).findLast(({ worker }) => worker === number)?.pid ?? assert.fail(`worker ${number} wrote nothing`)

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + patience
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${patience} ms: ${what}`)
    await sleep(50)
  }
}

/** On a connection of its own, so that any worker may get it. */
const ask = async (server: TestServer, path = '/-/health/live'): Promise<number> => {
  const answer = await fetch(`${server.url}${path}`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) })
  await answer.arrayBuffer()
  return answer.status
}

/** Asks over and over, four at a time, until it is ended. */
const load = (server: TestServer) => {
  const done = { answers: 0, failures: [] as string[], isOver: false }
  const work = async () => {
    while (!done.isOver) {
      const status = await ask(server).catch((error: Error) => (error.cause instanceof Error ? error.cause : error).message)
      if (status === 200) done.answers++
      else {
        done.failures.push(String(status))
        await sleep(100)
      }
    }
  }
  const all = Promise.all(Array.from({ length: 4 }, work))
  return {
    done,
    async end() {
      done.isOver = true
      await all
      return done
    },
  }
}

describe('two workers on PostgreSQL', { timeout: 240_000 }, () => {
  let postgresql: Awaited<ReturnType<typeof startPostgresql>>
  let server: TestServer
  let metrics: string
  before(async () => {
    postgresql = await startPostgresql()
    metrics = `127.0.0.1:${await freePort()}`
    server = await startServer({
      apply: { version: 1, brands: { default: { name: 'Of workers' } } },
      env: {
        SLUICE_WORKERS: '2',
        SLUICE_DATABASE_URL: postgresql.url,
        SLUICE_SECRET_KEY: secret,
        SLUICE_LISTEN_METRICS: metrics,
        SLUICE_LOG_LEVEL: 'debug',
        SLUICE_DRAIN: '1s',
      },
    })
  })
  after(async () => {
    if (server && isThere(server.pid)) await server.stop('SIGKILL')
    await postgresql?.remove()
  })
  const requests = async (): Promise<number> =>
    (await metricsAt(`http://${metrics}/metrics`))
      .filter(({ name, labels }) => name === 'sluice_http_request_duration_seconds_count' && labels['route'] === '/-/health/live')
      .reduce((sum, { value }) => sum + value, 0)

  test('serve together, and what is to be done once at a start one of them does', async () => {
    const before = await requests()
    for (let times = 0; times < 20; times++) assert.equal(await ask(server), 200)
    await until('both wrote of a request', () => [1, 2].every((number) => linesOf(server).some(({ worker }) => worker === number)))
    assert.notEqual(pidOf(server, 1), pidOf(server, 2))
    assert.equal(await requests(), before + 20, 'metrics are of both')
    const ofProcesses = (await metricsAt(`http://${metrics}/metrics`)).filter(({ name }) => name === 'process_resident_memory_bytes')
    assert.deepEqual(ofProcesses.map(({ labels }) => labels['worker']).toSorted(), ['1', '2'])
    assert.equal(server.logs().match(/link=/g)?.length, 1, 'the set-up link is told once')
    assert.equal(linesOf(server).filter(({ migrations }) => migrations).length, 1)
    assert.equal((await new Client(server.url).open(server.setupLink ?? '')).status, 200)
    const history = await server.sluice(['history', '--json'])
    assert.equal((JSON.parse(history.out) as readonly unknown[]).length, 1, 'configuration is applied once')
    assert.match((await server.sluice(['doctor'])).out, new RegExp(`runs \\(process ${server.pid},`))
  })

  test('one is killed under load: the other goes on, and it is replaced', async () => {
    const people = load(server)
    await until('it is under load', () => people.done.answers > 50)
    const victim = pidOf(server, 2)
    process.kill(victim, 'SIGKILL')
    await until('it is gone', () => !isThere(victim))
    const answers = people.done.answers
    await until('the other goes on', () => people.done.answers > answers + 50)
    await until('it is there again', () => server.logs().includes('worker 2 is ready again'))
    assert.notEqual(pidOf(server, 2), victim)
    const { failures } = await people.end()
    // Four at a time: what was with the one that was killed.
    assert.ok(failures.length <= 4, failures.join('\n'))
    assert.equal(server.logs().match(/link=/g)?.length, 1, 'the one that came later made no other link')
  })

  test('one that is asked to end by itself answers what it has, and is replaced', async () => {
    const people = load(server)
    const one = pidOf(server, 1)
    process.kill(one, 'SIGTERM')
    await until('it is gone', () => !isThere(one))
    await until('it is there again', () => server.logs().includes('worker 1 is ready again'))
    assert.notEqual(pidOf(server, 1), one)
    assert.equal((await people.end()).failures.join('\n'), '')
  })

  test('where the system has no process to give, one that died is replaced as soon as it has, and the end waits for none', async () => {
    // Not even one more file: the pipe to a new process is one.
    const limit = (files: string) => execFileSync('prlimit', ['--pid', String(server.pid), `--nofile=${files}:`])
    const [soft = ''] = /Max open files +(\d+)/.exec(readFileSync(`/proc/${server.pid}/limits`, 'utf8'))?.slice(1) ?? []
    const times = () => server.logs().split('worker 2 could not be started').length - 1
    const isBack = () => server.logs().lastIndexOf('worker 2 is ready again') > server.logs().lastIndexOf('worker 2 could not be started')
    limit('1')
    try {
      process.kill(pidOf(server, 2), 'SIGKILL')
      await until('it is tried again', () => times() >= 2)
      assert.equal(await ask(server), 200, 'the other goes on')
    } finally {
      limit(soft)
    }
    await until('it is there again', isBack)
    limit('1')
    process.kill(pidOf(server, 2), 'SIGKILL')
    const before = times()
    await until('it cannot be started', () => times() > before)
    const ended = await server.stop()
    assert.deepEqual([ended.code, ended.signal], [0, null])
    await server.restart()
    for (let asked = 0; asked < 20; asked++) await ask(server)
    await until('both wrote', () => [1, 2].every((number) => isThere(pidOf(server, number))))
  })

  test('SIGTERM drains all: balancers are told, what comes meanwhile is answered, and all end', async () => {
    const pids = [1, 2].map((number) => pidOf(server, number))
    const people = load(server)
    await until('it is under load', () => people.done.answers > 20)
    process.kill(server.pid, 'SIGTERM')
    await until('it says so', async () => (await ask(server, '/-/health/ready')) === 503)
    const [answers] = [people.done.answers]
    await until('it goes on', () => people.done.answers > answers + 20)
    assert.equal((await people.end()).failures.join('\n'), '')
    await until('all are gone', () => pids.every((pid) => !isThere(pid)) && !isThere(server.pid))
    await server.restart()
    assert.equal(await ask(server), 200)
    const ended = await server.stop()
    assert.deepEqual([ended.code, ended.signal], [0, null])
    await server.restart()
  })

  test('where the supervisor is killed, no worker stays behind', async () => {
    for (let times = 0; times < 10; times++) await ask(server)
    const pids = [1, 2].map((number) => pidOf(server, number))
    await server.stop('SIGKILL')
    await until('they are gone', () => pids.every((pid) => !isThere(pid)))
    await server.restart()
    assert.equal(await ask(server), 200, 'what it left behind is in nobody’s way')
  })

  test('a start that fails ends as it does without workers: the reason once, and code 1', async () => {
    const { ended } = command(['serve', '--workers', '3'], {
      directory: temporaryDirectory(),
      env: { SLUICE_DATABASE_URL: postgresql.url, SLUICE_SECRET_KEY: `${secret}, but another`, SLUICE_LISTEN_METRICS: 'off' },
    })
    const { code, err } = await ended
    assert.equal(code, 1)
    assert.equal(err.match(/secret key/gi)?.length, 1, err)
  })

  test('a start waits for workers that are slow to load, and one that dies while others load is replaced', async () => {
    // Before anything of the program: the second worker loads for three seconds.
    const slow =
      "if (process.env.NODE_UNIQUE_ID) await new Promise((go) => setTimeout(go, process.env.NODE_UNIQUE_ID === '1' ? 500 : 3000))"
    const directory = temporaryDirectory()
    const { child, ended, out, err } = command(['serve'], {
      directory,
      env: {
        SLUICE_WORKERS: '2',
        SLUICE_DATABASE_URL: postgresql.url,
        SLUICE_SECRET_KEY: secret,
        SLUICE_LISTEN_HTTP: `127.0.0.1:${await freePort()}`,
        SLUICE_LISTEN_METRICS: 'off',
        SLUICE_LOG_LEVEL: 'debug',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slow)}`,
      },
    })
    const pids = () => [...err().matchAll(/"pid":(\d+),[^\n]*"worker":1[,}]/g)].map(([, pid]) => Number(pid))
    await until('the first is there', () => pids().length > 0 && err().includes('"worker":1'))
    await sleep(500)
    process.kill(pids().at(-1) ?? 0, 'SIGKILL')
    await until('all are ready', () => out().includes('Sluice is ready'))
    await until('the first is replaced', () => err().includes('worker 1 is ready again'))
    child.kill('SIGTERM')
    assert.equal((await ended).code, 0)
  })
})
