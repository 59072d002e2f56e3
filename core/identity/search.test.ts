import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { openDatabase } from '../data/database.ts'
import { migrationsFor } from '../data/migrations/index.ts'
import type { Tx } from '../data/tables.ts'
import { deleteUser } from './administration.ts'
import { directoryFixture } from './fixture.ts'
import { searchUsers, usersNamed } from './search.ts'
import { createUser, updateUser } from './write-users.ts'

describe('a search for users', () => {
  let database: Awaited<ReturnType<typeof directoryFixture>>['database']
  const people = [
    { username: 'ada', name: 'Ada Lovelace', email: 'countess@Example.com' },
    { username: 'jürgen', name: 'JÜRGEN MÜLLER', email: 'j.mueller@bücher.example' },
    { username: 'per_cent%', name: `Robert'); drop "users" -- * ^ \\ {names} NEAR`, email: 'o+tag@example.org' },
    { username: '李明', name: '李明 🦆🦆🦆' },
    { username: 'nameless' },
  ]
  const ids = new Map<string, string>()
  const usernames = async (text: string, tx?: Tx) => {
    const from = tx ?? database.sql
    const { test: isFound } = await searchUsers({ kind: database.kind, sql: from }, text)
    return (await from.selectFrom('users').select('username').where(isFound).orderBy('username_key').execute()).map((row) => row.username)
  }
  before(async () => {
    database = (await directoryFixture()).database
    await database.transaction(async (tx) => {
      for (const fields of people) ids.set(fields.username, await createUser(tx, fields, 1))
    })
  })
  after(() => database.close())

  const found: Readonly<Record<string, readonly string[]>> = {
    ada: ['ada'],
    LOVE: ['ada'],
    'a love': ['ada'],
    'example.com': ['ada'],
    COUNTESS: ['ada'],
    müller: ['jürgen'],
    'mu\u0308ller': ['jürgen'],
    MÜ: ['jürgen'],
    BÜCHER: ['jürgen'],
    ü: ['jürgen'],
    example: ['ada', 'jürgen', 'per_cent%'],
    李明: ['李明'],
    明: ['李明'],
    '🦆': ['李明'],
    '🦆🦆🦆': ['李明'],
    '🦆🦆🦆🦆': [],
    '%': ['per_cent%'],
    _: ['per_cent%'],
    per_: ['per_cent%'],
    'per%': [],
    'a%a': [],
    "'": ['per_cent%'],
    "t')": ['per_cent%'],
    '"': ['per_cent%'],
    '"users"': ['per_cent%'],
    '*': ['per_cent%'],
    'lov*': [],
    ' * ^': ['per_cent%'],
    '\\': ['per_cent%'],
    '^ \\ {': ['per_cent%'],
    'names}': ['per_cent%'],
    'ada OR nameless': [],
    'o+tag@': ['per_cent%'],
    da: ['ada'],
    zq: [],
    'nobody-at-all': [],
    adaada: [],
  }
  for (const [text, expected] of Object.entries(found))
    test(`${JSON.stringify(text)} finds ${expected.join(', ') || 'nobody'}`, async () => assert.deepEqual(await usernames(text), expected))

  test('by names alone tells nothing of addresses', async () => {
    assert.deepEqual(await usersNamed(database, 'LOVELACE').execute(), [{ user_id: ids.get('ada') }])
    for (const text of ['countess', 'o+']) assert.deepEqual(await usersNamed(database, text).execute(), [])
  })

  test('finds what a user is called now, and nobody who is gone', async () => {
    const id = await database.transaction((tx) => createUser(tx, { username: 'grace', name: 'Grace Hopper', email: 'g@navy.example' }, 1))
    assert.deepEqual([await usernames('hopper'), await usernames('navy')], [['grace'], ['grace']])
    await database.transaction((tx) => updateUser(tx, id, { name: 'Rear Admiral', email: '' }, 2))
    assert.deepEqual([await usernames('hopper'), await usernames('navy'), await usernames('grace')], [[], [], ['grace']])
    assert.deepEqual(await usernames('admiral'), ['grace'])
    await database.transaction((tx) => deleteUser(tx, { id, version: 1 }, 3))
    assert.deepEqual([await usernames('admiral'), await usernames('gr')], [[], []])
    if (database.kind !== 'sqlite') return
    const orphans = await sql<{
      n: number
    }>`select count(*) as n from user_search_trigrams where user_search_trigrams match '"admiral"'`.execute(database.sql)
    assert.deepEqual(orphans.rows, [{ n: 0 }], 'nothing is left in the index either')
  })

  test('knows nothing of a transaction that was rolled back, which itself found what it had written', async () => {
    const undone = database.transaction(async (tx) => {
      await createUser(tx, { username: 'ghost', name: 'Casper Ghost' }, 1)
      await updateUser(tx, ids.get('ada') ?? '', { name: 'Ada Byron' }, 1)
      await deleteUser(tx, { id: ids.get('nameless') ?? '', version: 1 }, 1)
      assert.deepEqual(
        [await usernames('casper', tx), await usernames('byron', tx), await usernames('nameless', tx)],
        [['ghost'], ['ada'], []],
      )
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    assert.deepEqual([await usernames('casper'), await usernames('byron')], [[], []])
    assert.deepEqual([await usernames('lovelace'), await usernames('nameless')], [['ada'], ['nameless']])
  })

  test('finds the same whether there are few or many', async () => {
    const { database: crowded } = await directoryFixture()
    try {
      await crowded.transaction(async (tx) => {
        for (let n = 0; n < 1001; n++) await createUser(tx, { username: `crowd${n}`, name: n % 2 === 0 ? 'GRÖẞE Ölberg' : '100%_sure' }, 1)
      })
      const count = async (text: string) => {
        const { test: isFound, hits } = await searchUsers(crowded, text)
        const seen = (await crowded.sql.selectFrom('users').select('id').where(isFound).execute()).length
        return [seen, hits && (await hits.execute()).length]
      }
      assert.deepEqual(await count('CROWD'), [1001, 1001])
      assert.deepEqual(await count('cr'), [1001, 1001])
      assert.deepEqual(await count('ÖLBERG'), [501, undefined])
      assert.deepEqual(await count('größe'), [501, undefined])
      await crowded.transaction(async (tx) => {
        for (let n = 0; n < 1100; n++) await createUser(tx, { username: `more${n}`, name: n % 2 === 0 ? 'größe ölberg' : '100%_SURE' }, 1)
      })
      for (const text of ['ÖLBERG', 'GRÖẞE', 'Öl', '100%_SURE', '%_']) {
        const of = text.startsWith('1') || text.startsWith('%') ? 500 + 550 : 501 + 550
        assert.deepEqual(await count(text), [of, of], text)
      }
    } finally {
      await crowded.close()
    }
  })

  test('finds who was there before the index was', async () => {
    // the migrations of PostgreSQL begin with the index
    const older = await openDatabase({ url: 'sqlite::memory:' })
    try {
      await older.migrate()
      await older.transaction((tx) => createUser(tx, { username: 'Émile', name: 'ÉMILE ZOLA', email: 'Zola@Example.COM' }, 1))
      for (const table of ['user_search_trigrams', 'user_search']) await sql`drop table ${sql.ref(table)}`.execute(older.sql)
      const name = migrationsFor('sqlite').find((one) => one.name.endsWith('add_user_search'))?.name
      await sql`delete from mikro_orm_migrations where name = ${name}`.execute(older.sql)
      assert.deepEqual(await older.migrate(), [name])
      for (const text of ['émile z', 'zola@example.com', 'ÉM']) {
        const { test: isFound } = await searchUsers(older, text)
        assert.equal((await older.sql.selectFrom('users').select('id').where(isFound).execute()).length, 1, text)
      }
    } finally {
      await older.close()
    }
  })
})
