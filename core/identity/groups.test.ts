import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { directoryFixture } from './fixture.ts'
import { addParents, createGroup, groupsOf, joinGroups, Refused } from './groups.ts'
import { assignRoles, isSetUp, rolesOf } from './roles.ts'
import { createUser } from './write-users.ts'

describe('groups and roles', () => {
  let fixture: Awaited<ReturnType<typeof directoryFixture>>
  let ada: string
  before(async () => {
    fixture = await directoryFixture()
    await fixture.database.transaction(async (tx) => {
      for (const slug of ['a', 'b', 'c', 'd', 'apart']) await createGroup(tx, { slug }, 1)
      // c and b are two ways from d up to a
      for (const [slug, parents] of Object.entries({ d: ['b', 'c'], b: ['a'], c: ['a'] })) await addParents(tx, slug, parents)
      ada = await createUser(tx, { username: 'ada', groups: ['d'] }, 1)
    })
  })
  after(() => fixture.database.close())

  test('members of a group are members of its parents, once', async () => {
    assert.deepEqual(await groupsOf(fixture.database)(ada), ['a', 'b', 'c', 'd'])
    assert.deepEqual(await groupsOf(fixture.database)('nobody'), [])
  })

  test('joining again is nothing new', async () => {
    const join = (...slugs: string[]) => fixture.database.transaction((tx) => joinGroups(tx, ada, slugs))
    assert.equal(await join('d'), false)
    assert.equal(await join(), false)
    assert.equal(await join('d', 'b'), true)
  })

  test('a circle is refused with the way round it', async () => {
    const inside = (slug: string, parent: string) => fixture.database.transaction((tx) => addParents(tx, slug, [parent]))
    await assert.rejects(
      inside('a', 'd'),
      (error) => error instanceof Refused && /cannot be inside itself: a → d → b → a/.test(error.message),
    )
    await assert.rejects(inside('a', 'a'), /a → a/)
    assert.equal(await inside('d', 'b'), false)
    assert.deepEqual(await groupsOf(fixture.database)(ada), ['a', 'b', 'c', 'd'])
  })

  test('two parents of one call cannot close a circle either', async () => {
    const both = fixture.database.transaction(async (tx) => {
      await addParents(tx, 'apart', ['a'])
      await addParents(tx, 'a', ['apart'])
    })
    await assert.rejects(both, /a → apart → a/)
  })

  test('roles come from the user, from groups and from their parents', async () => {
    const { sql } = fixture.database
    const group = async (slug: string) =>
      (await sql.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirstOrThrow()).id
    assert.equal(await isSetUp(fixture.database), false)
    const assign = async (kind: 'user' | 'group', id: string, ...roles: string[]) =>
      fixture.database.transaction((tx) => assignRoles(tx, { kind, id }, roles))
    assert.equal(await assign('user', ada, 'viewer'), true)
    assert.equal(await isSetUp(fixture.database), false)
    assert.equal(await assign('group', await group('a'), 'admin', 'viewer'), true)
    assert.equal(await assign('group', await group('a'), 'admin'), false)
    await assign('group', await group('apart'), 'editor')
    // the id of a user means nothing among groups
    await assign('group', ada, 'stranger')
    assert.deepEqual(await rolesOf(fixture.database)(ada), ['admin', 'viewer'])
  })

  test('the first administrator completes the set-up, for good', async () => {
    assert.equal(await isSetUp(fixture.database), true)
    await fixture.database.sql.deleteFrom('role_assignments').execute()
    assert.equal(await isSetUp(fixture.database), true)
  })
})
