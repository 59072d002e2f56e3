import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { testKind } from '../../core/data/fixture.ts'
import { answerOf, attacked, authorizeAddress } from '../hostile/attack.ts'
import { Client, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { check, type Ledger, newLedger, round, useUntilDeath } from './ledger.ts'
import { random } from './random.ts'

const password = 'a password to crash with'
/** Each is used at a few points only: a try that a crash cut off stays counted, and too many would be refused. */
const mostUsers = 40

/** A PostgreSQL of the test's own, whose commits are on the disk: it is killed at half of the points, in place of the server. */
export type OwnPostgresql = {
  readonly url: string
  stop(signal: NodeJS.Signals): Promise<void>
  start(): Promise<void>
}
const optionsFor = (own: OwnPostgresql | undefined) =>
  own && { env: { SLUICE_DATABASE_URL: own.url, SLUICE_SECRET_KEY: 'a secret key to crash with, which is long enough' } }

/** SQLite is a part of the process that was killed; PostgreSQL is not, and checks its constraints itself. */
const assertSound = async (server: TestServer, own?: OwnPostgresql): Promise<void> => {
  if (own || testKind !== 'sqlite') return
  assert.deepEqual((await run(server, 'pragma integrity_check')).rows, [{ integrity_check: 'ok' }])
  assert.deepEqual((await run(server, 'pragma foreign_key_check')).rows, [])
}

/** Resolves `delay` milliseconds after one client got its last answer. */
async function deathOf(ledgers: readonly Ledger[], lastAnswer: number, delay: number): Promise<void> {
  while (ledgers.every(({ answers, over }) => !over && answers < lastAnswer)) await sleep(1)
  await sleep(delay)
}

/** Kills the server, and starts it again when `used` is over. */
const killServer = async (server: TestServer, used: Promise<unknown>, own?: OwnPostgresql): Promise<void> => {
  const [ended] = await Promise.all([server.stop('SIGKILL'), used])
  assert.equal(ended.signal, 'SIGKILL', `the server died by itself: ${ended.err}`)
  await assertSound(server, own)
  await server.restart()
}

/** Kills the database, and starts it again when `used` is over; the server is to go on by itself. */
const killDatabase = async (server: TestServer, used: Promise<unknown>, own: OwnPostgresql): Promise<void> => {
  await Promise.all([own.stop('SIGKILL'), used])
  await own.start()
  for (let tries = 0; (await fetch(`${server.url}/-/health/ready`)).status !== 200; tries++) {
    assert.ok(tries < 400, 'the server does not find its database again')
    await sleep(50)
  }
}

/**
 * Kills the server, or the database where that is the test's own, at `points` moments of signing in, redeeming and refreshing, and looks after each
 * what is left.
 */
export async function crashSignIns(points: number, seed: number, own?: OwnPostgresql): Promise<void> {
  const next = random(seed)
  const names = Array.from({ length: Math.min(points, mostUsers) }, (_, index) => `user-${index}`)
  const users = Object.fromEntries(names.map((name) => [name, { email: `${name}@example.com`, password }]))
  const server = await startServer({ apply: attacked({ users }), ...optionsFor(own) })
  try {
    for (let point = 0; point < points; point++) {
      const ledgers = [0, 1].map((shift) => newLedger(server, { username: `user-${(point + shift) % names.length}`, password }))
      const waiting = new Client(server.url)
      const asked = await waiting.submit(await waiting.open(authorizeAddress()), { identifier: 'ada' })
      const used = Promise.all(ledgers.map((ledger) => useUntilDeath(server, ledger)))
      await Promise.race([used, deathOf(ledgers, Math.floor(next() * 2 * round), next() * 30)])
      if (own && next() < 0.5) await killDatabase(server, used, own)
      else await killServer(server, used, own)
      for (const ledger of ledgers) await check(server, ledger)
      const { code } = answerOf(await waiting.submit(asked, { password: people.ada.password }))
      assert.ok(code, 'whoever was asked for a password before the crash goes on after it')
    }
  } finally {
    await server.stop()
  }
}

/** Kills the server at `points` moments of the set-up: there is an administrator with all that belongs to them, or a link to make one. */
export async function crashSetups(points: number, seed: number): Promise<void> {
  const next = random(seed)
  for (let point = 0; point < points; point++) {
    const server = await startServer()
    try {
      const client = new Client(server.url)
      const page = await client.open(server.setupLink ?? '')
      const sent = client
        .submit(page, { username: 'root', name: 'Root', email: 'root@example.com', password, 'password-repeat': password })
        .catch(() => undefined)
      await sleep(next() * 80)
      await Promise.all([server.stop('SIGKILL'), sent])
      await assertSound(server)
      await server.restart()
      const rows = async (table: string) => (await run(server, `select * from ${table}`)).rows.length
      const made = await Promise.all(['users', 'passwords', 'role_assignments', 'changes'].map(rows))
      if (server.setupLink === undefined) {
        assert.deepEqual(made.slice(0, 3), [1, 1, 1])
        assert.equal((await signIn(new Client(server.url), { username: 'root', password })).status, 200)
      } else {
        assert.deepEqual(made, [0, 0, 0, 0])
        assert.equal((await new Client(server.url).open(server.setupLink)).status, 200)
      }
    } finally {
      await server.stop()
    }
  }
}
