import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { resealAll } from '../configuration/reseal.ts'
import { testDatabase } from '../data/fixture.ts'
import { createSeal, Unsealable } from '../keys/seal.ts'
import { chainKey, openChain } from './chain-key.ts'
import { createEvents } from './events.ts'
import { sealEvents } from './sealer.ts'
import { verifyEvents } from './verify.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const oldKey = 'the old secret key of thirty-two characters'
const newKey = 'the new secret key of thirty-two characters'

const setUp = async (t: TestContext) => {
  const database = await testDatabase()
  t.after(() => database.close())
  const events = createEvents({ database, clock: { now: () => new Date() }, log: silent })
  /** As a server with these keys does: records, and seals what it recorded. */
  const recorded = async (seal: ReturnType<typeof createSeal>) => {
    await events.record({ action: 'user.login', detail: {} })
    await events.flush()
    assert.equal(await sealEvents(database, await openChain(database, seal)), 1)
  }
  const intact = async (seal: ReturnType<typeof createSeal>) => {
    const { intact: is, seals } = await verifyEvents(database, await openChain(database, seal))
    return is && seals
  }
  return { database, recorded, intact }
}

test('the chain of the audit log is intact through a change of the secret key, and the previous key opens it no more', async (t) => {
  const { database, recorded, intact } = await setUp(t)
  const [old, both, last] = [createSeal(oldKey), createSeal(newKey, oldKey), createSeal(newKey)]
  await recorded(old)
  await assert.rejects(openChain(database, last), Unsealable)
  assert.equal(await intact(both), 1)
  await recorded(both)
  assert.equal((await resealAll(database, both, { dry: true })).auditKey, 1)
  assert.equal(await intact(old), 2, 'counting changes nothing')
  assert.equal((await resealAll(database, both)).auditKey, 1)
  assert.equal((await resealAll(database, both)).auditKey, 0)
  assert.equal(await intact(both), 2)
  await recorded(last)
  assert.equal(await intact(last), 3)
  await assert.rejects(openChain(database, old), Unsealable)
})

test('of many servers that start at once all have the key of one', async (t) => {
  const { database, recorded, intact } = await setUp(t)
  const seal = createSeal(oldKey)
  const chains = await Promise.all(Array.from({ length: 10 }, () => openChain(database, seal)))
  assert.equal(new Set(chains.map((chain) => chain.pruned(1, 'x'))).size, 1)
  await recorded(seal)
  assert.equal(await intact(seal), 1)
})

test('a key that somebody puts in place of the stored one makes no chain that fits', async (t) => {
  const { database, recorded, intact } = await setUp(t)
  const seal = createSeal(oldKey)
  await recorded(seal)
  const value = JSON.stringify(seal.seal('x'.repeat(43), 'settings_state/other'))
  await database.sql.updateTable('settings_state').set({ value }).where('key', '=', chainKey).execute()
  await assert.rejects(openChain(database, seal), Unsealable)
  await database.sql.deleteFrom('settings_state').where('key', '=', chainKey).execute()
  assert.equal(await intact(seal), false)
})
