import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { changeOf, type Opened, planeOn } from '../../core/configuration/plane.fixture.ts'
import { type Database, openDatabase } from '../../core/data/database.ts'
import { openRing } from '../../core/keys/ring.ts'
import { runRotation } from '../../core/keys/run-rotation.ts'
import { createSeal } from '../../core/keys/seal.ts'
import { postgresqlSignals } from '../../core/signals/postgresql.ts'
import { redisSignals } from '../../core/signals/redis.ts'
import { localSignals, type Signals } from '../../core/signals/signals.ts'
import { startPostgresql } from '../kit/postgresql.mjs'
import { startRedis } from '../kit/redis.ts'

const silence = () => {}
const log = { debug: silence, info: silence, warn: silence, error: silence }
const clock = { now: () => new Date() }
const seal = createSeal('k'.repeat(40))
/** Milliseconds: nobody looks by themselves while these tests run. */
const never = 2 ** 31 - 1
/** Milliseconds. */
const limit = 10_000

const until = async (what: string, holds: () => boolean): Promise<void> => {
  const end = Date.now() + limit
  while (!holds()) {
    assert.ok(Date.now() < end, `not within ${limit} ms: ${what}`)
    await sleep(10)
  }
}

/** What a replica does with signals. */
const replicaOn = async (url: string, signals: Signals, poll: number) => {
  const database = await openDatabase({ url })
  const plane = await planeOn(database, undefined, undefined, { signals, poll })
  const ring = await openRing({ database, seal, clock })
  await ring.complete
  const events = { record: async () => {} }
  const rotation = await runRotation({ database, seal, clock, log, signals, poll, events, ring, every: () => undefined })
  const close = async () => {
    rotation.stop()
    plane.close()
    await signals.close()
    await database.close()
  }
  return { database, plane, ring, rotation, signals, close }
}
type Replica = Awaited<ReturnType<typeof replicaOn>>

const commit = async (plane: Opened, path: string) => {
  const done = await plane.commit(changeOf(`applications: { app: { name: ${path} } }`))
  assert.ok('revision' in done, JSON.stringify(done))
  return done.revision
}
const kids = ({ ring }: Replica) => ring.jwks().keys.map(({ kid }) => kid)

let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let redis: Awaited<ReturnType<typeof startRedis>>
before(async () => {
  ;[postgresql, redis] = await Promise.all([startPostgresql(), startRedis()])
  const database: Database = await openDatabase({ url: postgresql.url })
  await database.migrate()
  await database.close()
})
after(async () => {
  await Promise.all([postgresql?.remove(), redis?.kill()])
})

const ways: Readonly<Record<string, () => Signals>> = {
  'by PostgreSQL': () => postgresqlSignals(postgresql.url, log),
  'by Redis': () => redisSignals(redis.url, log),
}
for (const [name, open] of Object.entries(ways)) {
  describe(`what one replica does, another is told ${name}`, () => {
    let replicas: readonly Replica[]
    let first: Replica
    let second: Replica
    before(async () => {
      replicas = [await replicaOn(postgresql.url, open(), never), await replicaOn(postgresql.url, open(), never)]
      ;[first, second] = replicas as [Replica, Replica]
      let heard = 0
      second.signals.subscribe('probe', () => void heard++)
      await until('signals come', () => {
        first.signals.publish('probe', '')
        return heard > 0
      })
    })
    after(() => Promise.all((replicas ?? []).map(({ close }) => close())))

    test('a commit of configuration', async () => {
      for (const title of ['One', 'Two', 'Three']) {
        const revision = await commit(first.plane, title)
        await until('the other has it', () => second.plane.head() === revision)
      }
    })

    test('a key that is revoked, and the one in its place', async () => {
      const before = kids(second)
      await first.rotation.rotate({ algorithms: ['ES256'], now: true, by: {} })
      await until('the other has it', () => String(kids(second)) === String(kids(first)))
      assert.notDeepEqual(kids(second), before)
    })
  })
}

test('without signals the next look finds what others did', async () => {
  // Each hears itself only: what is said is lost.
  const [first, second] = [
    await replicaOn(postgresql.url, localSignals(log), never),
    await replicaOn(postgresql.url, localSignals(log), 200),
  ]
  try {
    const revision = await commit(first.plane, 'Lost')
    await until('the other has it', () => second.plane.head() === revision)
    await first.rotation.rotate({ algorithms: ['ES256'], now: true, by: {} })
    await until('the other has it', () => String(kids(second)) === String(kids(first)))
    const later = await commit(second.plane, 'Back')
    await sleep(500)
    assert.notEqual(first.plane.head(), later, 'who does not look and is not told does not know')
  } finally {
    await Promise.all([first.close(), second.close()])
  }
})
