import assert from 'node:assert/strict'
import test from 'node:test'
import * as jose from 'jose'
import { openDatabase } from '../data/database.ts'
import { openRing } from './ring.ts'
import { accepted, createRotation, lead } from './rotation.ts'
import { createSeal } from './seal.ts'
import { algorithms, storedKeys } from './stored-keys.ts'

const seal = createSeal('a secret key of thirty-two or more characters')
const start = Date.UTC(2026, 0, 1)
const day = 86_400_000
const issuer = 'https://id.example.com/'
const hour = 3_600_000
/** Seconds that a client may keep the key set. */
const kept = 900

/** A server over a database, with the clock of the test. Several are replicas. */
const server = async (database: Awaited<ReturnType<typeof openDatabase>>, time: { now: number }) => {
  const clock = { now: () => new Date(time.now) }
  const told: string[] = []
  const ring = await openRing({ database, seal, clock })
  await ring.complete
  const events = { record: async ({ action }: { readonly action: string }) => void told.push(action) }
  const rotation = createRotation({ database, seal, clock, events, every: () => 90 * day, reload: ring.reload })
  return { ring, rotation, told }
}

const setUp = async (t: { after(close: () => Promise<void>): void }, servers = 1) => {
  const time = { now: start }
  const database = await openDatabase({ url: 'sqlite::memory:' })
  t.after(() => database.close())
  await database.migrate()
  const all = []
  for (let n = 0; n < servers; n++) all.push(await server(database, time))
  return { time, database, all }
}
type Server = Awaited<ReturnType<typeof server>>

const claimsAt = (now: number, lifetime = 86_400) => ({ iss: issuer, aud: 'demo', sub: 'u1', exp: now / 1000 + lifetime })
const kidOf = (jws: string) => String(jose.decodeProtectedHeader(jws).kid)
const isPublished = (ring: Server['ring'], kid: string) => ring.jwks().keys.some((key) => key['kid'] === kid)

test('through a whole rotation no token fails, the next key is published before it signs, and the old one dies after its last token', async (t) => {
  const { time, all } = await setUp(t, 2)
  const set: { keys: object[]; until: number } = { keys: [], until: 0 }
  const firsts = new Map<string, string>()
  const lastOf = new Map<string, { readonly jws: string; readonly dies: number }>()
  let verified = 0
  /** A client that asks for the set only when it may not keep it longer, and never for a `kid` that it does not know. */
  const asClient = async (jws: string) => {
    if (time.now >= set.until) {
      set.keys = [...all[verified % 2]!.ring.jwks().keys]
      set.until = time.now + kept * 1000
    }
    await jose.jwtVerify(jws, jose.createLocalJWKSet({ keys: set.keys } as jose.JSONWebKeySet), { currentDate: new Date(time.now) })
    verified++
  }
  /** Every five minutes where something may change: the next key, its first use, the death of the old one. */
  const step = () => {
    const passed = time.now - start
    if (passed < 88 * day) return 6 * hour
    return [89, 90, 91].some((turn) => Math.abs(passed - turn * day) <= 2 * hour) ? hour / 12 : hour
  }
  for (let turn = 0; time.now < start + 95 * day; time.now += step()) {
    // Only one of the servers has the schedule at a time, and the other learns of it by its look at the table.
    await all[turn++ % 2]!.rotation.rotateKeys(time.now)
    await Promise.all(all.map(({ ring }) => ring.reload()))
    for (const alg of algorithms) {
      const signer = all[verified % 2]!
      const jws = await signer.ring.sign(claimsAt(time.now), { alg })
      if (!firsts.has(alg)) firsts.set(alg, kidOf(jws))
      lastOf.set(kidOf(jws), { jws, dies: time.now + day })
      await asClient(jws)
      for (const { ring } of all) assert.ok(await ring.verify(jws, { issuer }))
      const old = lastOf.get(firsts.get(alg)!)!
      if (time.now < old.dies) for (const { ring } of all) assert.ok(await ring.verify(old.jws, { issuer }), `${alg} at ${time.now}`)
      if (time.now < old.dies) await asClient(old.jws)
    }
  }
  for (const [alg, kid] of firsts) {
    const { jws, dies } = lastOf.get(kid)!
    assert.ok(dies <= start + 90 * day + day, alg)
    for (const { ring } of all) {
      assert.equal(isPublished(ring, kid), false)
      assert.equal(await ring.verify(jws, { issuer, ignoreExpiry: true }), undefined)
    }
  }
  assert.equal(lastOf.size, 6)
  const told = all.flatMap((one) => one.told)
  for (const action of ['key.created', 'key.activated', 'key.retired']) assert.equal(told.filter((one) => one === action).length, 3, action)
})

test('of several servers that rotate at once one makes the next key, also at the first start', async (t) => {
  const { time, database, all } = await setUp(t, 3)
  time.now += 89 * day
  await Promise.all(all.map(({ rotation }) => rotation.rotateKeys(time.now)))
  await Promise.all(all.map(({ rotation }) => rotation.rotate({ algorithms, now: false, by: {} })))
  const keys = await storedKeys(database.sql)
  assert.equal(keys.length, 6)
  assert.equal(all.flatMap(({ told }) => told).filter((action) => action === 'key.created').length, 3)
  for (const { ring } of all) assert.equal(ring.jwks().keys.length, 6)
})

test('by hand the next key signs a day later, and asking again tells the same one', async (t) => {
  const { time, all } = await setUp(t)
  const [{ ring, rotation }] = all as [Server]
  const old = await ring.sign(claimsAt(time.now), { alg: 'ES256' })
  const [next] = await rotation.rotate({ algorithms: ['ES256'], now: false, by: {} })
  assert.equal(next?.activeFrom, time.now + lead)
  assert.deepEqual(await rotation.rotate({ algorithms: ['ES256'], now: false, by: {} }), [next])
  assert.ok(isPublished(ring, next.kid))
  time.now += lead - 1
  assert.equal(kidOf(await ring.sign(claimsAt(time.now), { alg: 'ES256' })), kidOf(old))
  time.now += 1
  assert.equal(kidOf(await ring.sign(claimsAt(time.now), { alg: 'ES256' })), next.kid)
  await rotation.rotateKeys(time.now)
  time.now += accepted - 1
  assert.ok(isPublished(ring, kidOf(old)))
  time.now += 1
  // By time alone: nobody has to run anything for a key to be over.
  assert.ok(!isPublished(ring, kidOf(old)))
  assert.equal(await ring.verify(old, { issuer, ignoreExpiry: true }), undefined)
})

test('in an emergency the old key and the next one are revoked at once, on other servers with their next look', async (t) => {
  const { time, database, all } = await setUp(t, 2)
  const [one, other] = all as [Server, Server]
  await one.rotation.rotate({ algorithms: ['EdDSA'], now: false, by: {} })
  const jws = await one.ring.sign(claimsAt(time.now), { alg: 'EdDSA' })
  const [next] = await one.rotation.rotate({ algorithms: ['EdDSA'], now: true, by: {} })
  assert.equal(await one.ring.verify(jws, { issuer }), undefined)
  await other.ring.reload()
  assert.equal(await other.ring.verify(jws, { issuer }), undefined)
  const fresh = await other.ring.sign(claimsAt(time.now), { alg: 'EdDSA' })
  assert.equal(kidOf(fresh), next?.kid)
  assert.ok(await one.ring.verify(fresh, { issuer }))
  assert.equal(one.told.filter((action) => action === 'key.revoked').length, 2)
  const rows = await database.sql.selectFrom('signing_keys').select('private_sealed').where('alg', '=', 'EdDSA').execute()
  assert.equal(rows.filter((row) => row.private_sealed === '').length, 2)
})

test('a next key that was revoked before it signed takes nobody’s place: the one that signs goes on, and rotations, too', async (t) => {
  const { time, database, all } = await setUp(t)
  const [{ ring, rotation }] = all as [Server]
  const rotate = async (now: boolean) => (await rotation.rotate({ algorithms: ['ES256'], now, by: {} }))[0]
  await rotate(false)
  const first = await rotate(true)
  time.now += 60_000
  const second = await rotate(true)
  assert.notEqual(second?.kid, first?.kid, 'a second emergency before the day is over')
  for (let hours = 0; hours < 80; hours++) {
    time.now += 3_600_000
    await rotation.rotateKeys(time.now)
    assert.equal(kidOf(await ring.sign(claimsAt(time.now), { alg: 'ES256' })), second?.kid, `${hours} hours later`)
  }
  assert.equal((await storedKeys(database.sql)).find(({ kid }) => kid === second?.kid)?.retiredAt, undefined)
  const next = await rotate(false)
  assert.equal(next?.activeFrom, time.now + lead)
  time.now += lead
  await rotation.rotateKeys(time.now)
  assert.equal(kidOf(await ring.sign(claimsAt(time.now), { alg: 'ES256' })), next?.kid)
})

test('a server that was off for the whole rotation comes back with keys that work', async (t) => {
  const { time, database, all } = await setUp(t)
  time.now += 400 * day
  for (let n = 0; n < 4; n++) {
    const { ring, rotation } = await server(database, time)
    await rotation.rotateKeys(time.now)
    for (const alg of algorithms) assert.ok(await ring.verify(await ring.sign(claimsAt(time.now), { alg }), { issuer }))
    time.now += 12 * 3_600_000
  }
  assert.equal((await storedKeys(database.sql)).length, 6)
  assert.equal(all.length, 1)
})
