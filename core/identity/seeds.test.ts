import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Secret } from '../api/index.ts'
import type { Seeds } from '../configuration/types.ts'
import { directoryFixture } from './fixture.ts'
import { rolesOf } from './roles.ts'
import { hashSeeds, sow as sowInto, type Sown } from './seeds.ts'
import { createUsers } from './users.ts'

class Undo extends Error {}

describe('seeds', () => {
  let fixture: Awaited<ReturnType<typeof directoryFixture>>
  let hashed: string[]
  beforeEach(async () => {
    fixture = await directoryFixture()
    hashed = []
  })
  afterEach(() => fixture.database.close())

  const hash = async (password: string) => `hash ${hashed.push(password)}`
  const sow = async (some: Partial<Seeds>, now = 1): Promise<Sown> => {
    const seeds = { users: {}, groups: {}, ...some }
    const { database } = fixture
    const hashes = await hashSeeds(database, seeds.users, hash)
    let sown: Sown = { changes: [], problems: [] }
    try {
      await database.transaction(async (tx) => {
        sown = await sowInto(tx, seeds, hashes, now)
        if (sown.problems.length > 0) throw new Undo()
      })
    } catch (error) {
      if (!(error instanceof Undo)) throw error
    }
    return sown
  }
  const find = (username: string) => createUsers(fixture.database).find(username, ['username'])
  const secret = (text: string) => new Secret(text)
  const example: Seeds = {
    groups: { finance: { parents: ['staff'] }, staff: { name: 'All staff' } },
    users: {
      jdoe: {
        name: 'John Doe',
        email: 'jdoe@example.com',
        groups: ['finance'],
        roles: ['viewer'],
        attributes: { a: 1 },
        password: secret('pw'),
      },
      off: { enabled: false },
    },
  }

  test('are written, whatever their order', async () => {
    await sow(example)
    const user = await find('jdoe')
    assert.deepEqual(
      [user?.name, user?.email, user?.groups, user?.attributes],
      ['John Doe', 'jdoe@example.com', ['finance', 'staff'], { a: 1 }],
    )
    assert.deepEqual(await rolesOf(fixture.database)(user!.id), ['viewer'])
    assert.equal((await find('off'))?.enabled, false)
    const passwords = await fixture.database.sql.selectFrom('passwords').selectAll().execute()
    assert.deepEqual(
      passwords.map((row) => ({ ...row })),
      [{ user_id: user?.id, hash: 'hash 1', changed_at: 1 }],
    )
    assert.deepEqual(hashed, ['pw'])
  })

  test('a second time write nothing', async () => {
    await sow(example)
    const { sql } = fixture.database
    const state = async () => [
      await fixture.changes(),
      await sql.selectFrom('users').selectAll().execute(),
      await sql.selectFrom('groups').selectAll().execute(),
    ]
    const before = await state()
    assert.deepEqual(await sow(example, 2), { changes: [], problems: [] })
    assert.deepEqual(await state(), before)
    assert.deepEqual(hashed, ['pw'])
  })

  test('change the fields they state, and take nothing away', async () => {
    await sow(example)
    const before = (await fixture.changes()).length
    const id = (await find('jdoe'))!.id
    await sow(
      {
        groups: { staff: { name: 'Staff' }, extra: {} },
        users: { JDoe: { email: 'john@example.com', groups: ['extra'], password: secret('other') } },
      },
      2,
    )
    const user = await find('jdoe')
    assert.deepEqual([user?.id, user?.username, user?.name, user?.email], [id, 'jdoe', 'John Doe', 'john@example.com'])
    assert.deepEqual(user?.groups, ['extra', 'finance', 'staff'])
    assert.deepEqual(await rolesOf(fixture.database)(id), ['viewer'])
    assert.deepEqual(hashed, ['pw'])
    const kinds = (await fixture.changes()).slice(before).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['group', 'group', 'user', 'user'])
  })

  test('with all that is wrong in them write nothing', async () => {
    const wrong: Partial<Seeds> = {
      groups: { staff: {}, finance: { parents: ['staf'] }, loop: { parents: ['ring'] }, ring: { parents: ['loop'] } },
      users: { ada: { groups: ['finanze'] }, bob: { email: 'bob' } },
    }
    assert.deepEqual(
      (await sow(wrong)).problems.map(({ path, message }) => `${path.join('.')}: ${message}`),
      [
        'groups.finance.parents: there is no group "staf"; did you mean "staff"?',
        'groups.ring.parents: the group "ring" cannot be inside itself: ring → loop → ring',
        'users.ada.groups: there is no group "finanze"; did you mean "finance"?',
        'users.bob.email: the email "bob" is not valid; correct it',
      ],
    )
    assert.deepEqual(await fixture.changes(), [])
    assert.equal(await find('ada'), undefined)
  })

  test('may refer to groups that the directory has already', async () => {
    await sow({ groups: { staff: {} } })
    await sow({ users: { ada: { groups: ['staff'] } } })
    assert.deepEqual((await find('ada'))?.groups, ['staff'])
  })
})
