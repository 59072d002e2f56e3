import assert from 'node:assert/strict'
import type { KyselyPlugin } from 'kysely'
import test from 'node:test'
import { refreshTokens } from '../access/refresh-token.ts'
import { testDatabase } from '../data/fixture.ts'
import { createCursors } from '../http/api/cursors.ts'
import { openRing } from '../keys/ring.ts'
import { createDevices, deviceEffects } from '../identity/devices.ts'
import { createSeal, type Seal, Unsealable } from '../keys/seal.ts'
import { resealAll } from './reseal.ts'

const oldKey = 'the old secret key of thirty-two characters'
const newKey = 'the new secret key of thirty-two characters'
const clock = { now: () => new Date() }
const ada = { id: 'u-ada', username: 'ada', username_key: 'ada', name: '', email_verified: false, enabled: true }

const setUp = async (t: { after(close: () => Promise<void>): void }) => {
  const database = await testDatabase()
  t.after(() => database.close())
  const old = createSeal(oldKey)
  const ring = await openRing({ database, seal: old, clock })
  await ring.complete
  const id = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000'
  const spec = JSON.stringify({
    with: { list: [{ clientSecret: { $sealed: old.seal('canary', `providers/${id}/with/list/0/clientSecret`) } }] },
  })
  const { sql } = database
  await sql.insertInto('revisions').values({ number: 1, at: 1, actor: '{}', message: '' }).execute()
  const object = { kind: 'providers', slug: 'wiki', spec, settings_version: 0, owner: 'api' }
  await sql
    .insertInto('configuration_objects')
    .values({ ...object, id, revision: 1 })
    .execute()
  await sql
    .insertInto('revision_objects')
    .values({ ...object, object_id: id, revision_number: 1 })
    .execute()
  await sql
    .insertInto('users')
    .values({
      ...ada,
      email: null,
      email_key: null,
      attributes: '{}',
      second_factor_due_at: null,
      version: 1,
      created_at: 1,
      updated_at: 1,
    })
    .execute()
  const device = createDevices({ database, seal: old, clock, log: { error() {} } })
    .ofKind('totp', false)
    .add(ada.id, { name: '', data: { secret: 'canary' } })
  await database.transaction(async (tx) => void (await deviceEffects[device.effect]?.(tx, device.data, 1)))
  return { database, ring }
}

test('with the previous key beside it all opens, is sealed anew once, and then the previous key opens nothing', async (t) => {
  const { database, ring } = await setUp(t)
  const both = createSeal(newKey, oldKey)
  const jws = await ring.sign({ iss: 'x', exp: Math.floor(Date.now() / 1000) + 60 }, { alg: 'ES256' })
  await assert.rejects(openRing({ database, seal: createSeal(newKey), clock }), /SLUICE_SECRET_KEY_PREVIOUS/)
  assert.ok(await (await openRing({ database, seal: both, clock })).verify(jws, { issuer: 'x' }))

  const devicesBy = (seal: Seal) => createDevices({ database, seal, clock, log: { error() {} } }).ofUser(ada.id)
  assert.deepEqual((await devicesBy(both))[0]?.data, { secret: 'canary' })
  const counts = { signingKeys: 3, objects: 1, revisions: 1, devices: 1, auditKey: 0, left: 0 }
  assert.deepEqual(await resealAll(database, both, { dry: true }), counts)
  assert.deepEqual(await resealAll(database, both), counts)
  assert.deepEqual(await resealAll(database, both), { signingKeys: 0, objects: 0, revisions: 0, devices: 0, auditKey: 0, left: 0 })

  assert.ok(await (await openRing({ database, seal: createSeal(newKey), clock })).verify(jws, { issuer: 'x' }))
  assert.deepEqual((await devicesBy(createSeal(newKey)))[0]?.data, { secret: 'canary' })
  await resealAll(database, createSeal(newKey))
  await assert.rejects(resealAll(database, createSeal(oldKey)), Unsealable)
  await assert.rejects(openRing({ database, seal: createSeal(oldKey), clock }), Unsealable)
})

test('what somebody wrote meanwhile is left as it is, in every table, and done by the next run', async (t) => {
  const { database } = await setUp(t)
  const both = createSeal(newKey, oldKey)
  const writes: Readonly<Record<string, () => Promise<unknown>>> = {
    private_sealed: () => database.sql.updateTable('signing_keys').set({ private_sealed: '' }).where('alg', '=', 'ES256').execute(),
    // Without a new revision: by another that seals anew, or by hand.
    object_id: () => database.sql.updateTable('revision_objects').set({ spec: '{"written":"meanwhile"}' }).execute(),
    id: () => database.sql.updateTable('configuration_objects').set({ spec: '{"written":"meanwhile"}' }).execute(),
  }
  const meanwhile: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      const [row = {}] = result.rows
      const name = Object.keys(writes).find((one) => one in row)
      if (name !== undefined) await writes[name]?.()
      return result
    },
  }
  const counts = await resealAll({ sql: database.sql.withPlugin(meanwhile) }, both)
  assert.deepEqual(counts, { signingKeys: 2, objects: 0, revisions: 0, devices: 1, auditKey: 0, left: 3 })
  for (const table of ['revision_objects', 'configuration_objects'] as const)
    assert.deepEqual(await database.sql.selectFrom(table).select('spec').execute(), [{ spec: '{"written":"meanwhile"}' }])
  const revoked = await database.sql.selectFrom('signing_keys').select('private_sealed').where('alg', '=', 'ES256').execute()
  assert.deepEqual(revoked, [{ private_sealed: '' }])
  assert.equal((await resealAll(database, both)).left, 0)
})

test('sealed values of two rows that change places open in neither', async (t) => {
  const { database } = await setUp(t)
  const [a, b] = await database.sql.selectFrom('signing_keys').select(['kid', 'private_sealed']).execute()
  for (const [row, other] of [
    [a, b],
    [b, a],
  ] as const)
    await database.sql.updateTable('signing_keys').set({ private_sealed: other!.private_sealed }).where('kid', '=', row!.kid).execute()
  await assert.rejects(openRing({ database, seal: createSeal(oldKey), clock }), Unsealable)
  await assert.rejects(resealAll(database, createSeal(newKey, oldKey)), Unsealable)
})

test('refresh tokens and cursors of the previous key are good as long as it is given', () => {
  const [old, both, last] = [createSeal(oldKey), createSeal(newKey, oldKey), createSeal(newKey)]
  const tokensOf = (seal: typeof old) => refreshTokens(seal.derive('refresh-token'), seal.derivePrevious('refresh-token'))
  const token = { grantId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000', generation: 3, nonce: Buffer.alloc(16, 7).toString('base64url') }
  const text = tokensOf(old).encode(token)
  assert.deepEqual(tokensOf(both).decode(text), token)
  assert.equal(tokensOf(last).decode(text), undefined)
  assert.notEqual(tokensOf(both).encode(token), text)
  const cursor = createCursors(old).write('users', { value: 'ada', id: 'a' })
  assert.deepEqual(createCursors(both).read('users', cursor), { value: 'ada', id: 'a' })
  assert.throws(() => createCursors(last).read('users', cursor))
})
