import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Effect, Users } from '../api/index.ts'
import { Conflict } from '../data/effects.ts'
import { directoryFixture } from './fixture.ts'
import { createGroup } from './groups.ts'
import { rolesOf } from './roles.ts'
import { createUsers, createUsersWrite, userEffects } from './users.ts'
import { createUser, updateUser } from './write-users.ts'

describe('users', () => {
  let fixture: Awaited<ReturnType<typeof directoryFixture>>
  let users: Users
  const write = createUsersWrite()
  const make = (effect: Effect, now = 1) => fixture.database.transaction((tx) => userEffects[effect.effect]!(tx, effect.data, now))
  const conflict =
    (...fields: string[]) =>
    (error: unknown) =>
      error instanceof Conflict && assert.deepEqual(Object.keys(error.errors), fields) === undefined
  before(async () => {
    fixture = await directoryFixture()
    users = createUsers(fixture.database)
    await fixture.database.transaction((tx) => createGroup(tx, { slug: 'staff' }, 1))
  })
  after(() => fixture.database.close())

  test('an effect creates a user with roles and groups', async () => {
    const { id, effect } = write.create(
      { username: 'Ada', name: 'Ada L.', email: 'Ada@example.com', attributes: { team: ['x'] } },
      { roles: ['admin'], groups: ['staff'], back: 'data' },
    )
    assert.equal(effect.back, 'data')
    assert.equal(await users.get(id), undefined)
    await make(effect, 5000)
    assert.deepEqual(await users.get(id), {
      id,
      username: 'Ada',
      name: 'Ada L.',
      email: 'Ada@example.com',
      emailVerified: false,
      enabled: true,
      groups: ['staff'],
      attributes: { team: ['x'] },
      updatedAt: new Date(5000),
    })
    assert.deepEqual(await rolesOf(fixture.database)(id), ['admin'])
    assert.deepEqual((await fixture.changes()).at(-1), { kind: 'user', object_id: id, revision: 1 })
  })

  test('effects outlive being stored as JSON', async () => {
    const { id, effect } = write.create({ username: 'stored' })
    await make(JSON.parse(JSON.stringify(effect)))
    assert.equal((await users.get(id))?.username, 'stored')
  })

  test('users are found by any spelling of their name, and by their address', async () => {
    for (const name of ['Ada', 'ada', 'ＡＤＡ']) assert.equal((await users.find(name, ['username']))?.username, 'Ada')
    assert.equal((await users.find('ADA@EXAMPLE.COM', ['username', 'email']))?.username, 'Ada')
    assert.equal(await users.find('ada@example.com', ['username']), undefined)
    assert.equal(await users.find('ada', ['email']), undefined)
    for (const nobody of ['', ' ada', 'a\u0000', '\ud800', 'x'.repeat(100_000)])
      assert.equal(await users.find(nobody, ['username', 'email']), undefined)
    for (const nobody of ['', 'x', '00000000-0000-0000-0000-000000000000']) assert.equal(await users.get(nobody), undefined)
  })

  test('an address that two users share finds nobody', async () => {
    await make(write.create({ username: 'twin1', email: 'twin@example.com' }).effect)
    await make(write.create({ username: 'twin2', email: 'TWIN@example.com' }).effect)
    assert.equal(await users.find('twin@example.com', ['username', 'email']), undefined)
  })

  test('a taken name is a conflict that leaves nothing, however it is spelled', async () => {
    const before = await fixture.changes()
    for (const username of ['ada', 'ADA', 'ａda']) {
      const { id, effect } = write.create({ username }, { roles: ['viewer'] })
      await assert.rejects(make(effect), (error) => {
        assert.ok(error instanceof Conflict)
        return assert.deepEqual(error.errors, { username: { key: 'core.username-taken', params: { username } } }) === undefined
      })
      assert.deepEqual(await rolesOf(fixture.database)(id), [])
    }
    const other = await users.find('stored', ['username'])
    await assert.rejects(make(write.update(other!.id, { username: 'aDA' })), conflict('username'))
    assert.deepEqual(await fixture.changes(), before)
  })

  test('of 20 who want a name at once one gets it', async () => {
    const done = await Promise.allSettled(Array.from({ length: 20 }, () => make(write.create({ username: 'wanted' }).effect)))
    assert.equal(done.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of done) if (one.status === 'rejected') assert.ok(one.reason instanceof Conflict)
  })

  test('what is wrong is said by field', async () => {
    await assert.rejects(make(write.create({ username: ' ', email: 'x' }).effect), conflict('username', 'email'))
    await assert.rejects(make(write.create({ username: 'ok', email: 'a@b c' }).effect), conflict('email'))
  })

  test('an unknown group stops it all', async () => {
    const { id, effect } = write.create({ username: 'lost' }, { groups: ['staf'] })
    await assert.rejects(make(effect), /there is no group "staf"; did you mean "staff"\?/)
    assert.equal(await users.get(id), undefined)
  })

  test('an update changes what it names', async () => {
    const { id, effect } = write.create({ username: 'grace', name: 'Grace', email: 'grace@example.com', attributes: { a: 1 } })
    await make(effect)
    await make(write.update(id, { name: 'Grace H.' }), 7000)
    const user = await users.get(id)
    assert.deepEqual(
      [user?.name, user?.email, user?.attributes, user?.updatedAt.getTime()],
      ['Grace H.', 'grace@example.com', { a: 1 }, 7000],
    )
    await make(write.update(id, { email: '', attributes: { b: null }, username: 'Grace' }))
    const then = await users.get(id)
    assert.deepEqual([then?.username, then?.email, then?.attributes], ['Grace', undefined, { b: null }])
    assert.deepEqual((await fixture.changes()).at(-1), { kind: 'user', object_id: id, revision: 3 })
  })

  test('another address is not verified; the same one stays so', async () => {
    const { id, effect } = write.create({ username: 'vera', email: 'vera@example.com' })
    await make(effect)
    await fixture.database.sql.updateTable('users').set({ email_verified: true }).where('id', '=', id).execute()
    await make(write.update(id, { email: 'Vera@Example.com', name: 'V' }))
    assert.equal((await users.get(id))?.emailVerified, true)
    await make(write.update(id, { email: 'vera@example.org' }))
    assert.equal((await users.get(id))?.emailVerified, false)
  })

  test('a plugin writes no more than the fields of its port', async () => {
    const { id, effect } = write.create({ username: 'plain' })
    await make(effect)
    await make(write.update(id, { name: 'P', enabled: false, id: 'x' } as never))
    const user = await users.get(id)
    assert.deepEqual([user?.name, user?.enabled], ['P', true])
  })

  test('administrators disable users', async () => {
    const id = await fixture.database.transaction((tx) => createUser(tx, { username: 'off', enabled: false }, 1))
    assert.equal((await users.get(id))?.enabled, false)
    await fixture.database.transaction((tx) => updateUser(tx, id, { enabled: true }, 2))
    assert.equal((await users.get(id))?.enabled, true)
  })

  test('nobody is updated by a wrong id', async () => {
    await assert.rejects(make(write.update('00000000-0000-0000-0000-000000000000', { name: 'x' })), /there is no user/)
  })
})
