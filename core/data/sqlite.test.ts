import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { createOrm } from './orm.ts'
import type { Connections } from './connections.ts'
import { openSqlite } from './sqlite.ts'
import { statements } from './statements.ts'

type Tables = { parents: { id: number; name: string | null }; children: { parent_id: number; flag: number | boolean } }

describe('sqlite', () => {
  let folder: string
  let path: string
  let sqlite: Connections
  let database: Kysely<Tables>
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'))
    path = join(folder, 'a.db')
    sqlite = openSqlite(path)
    database = new Kysely<Tables>({ dialect: sqlite.dialect })
    await sql`create table parents (id integer primary key, name text)`.execute(database)
    await sql`create table children (parent_id integer not null references parents (id) on delete cascade, flag integer)`.execute(database)
    await database.insertInto('parents').values({ id: 1, name: 'a' }).execute()
    await database.insertInto('children').values({ parent_id: 1, flag: true }).execute()
  })
  after(async () => {
    await database.destroy()
    await rm(folder, { recursive: true })
  })

  const children = () => database.selectFrom('children').selectAll().execute()
  /** What a change of a column becomes on SQLite. */
  const rebuild = () =>
    database.transaction().execute(async (tx) => {
      await sql`create table parents_new (id integer primary key, name text not null)`.execute(tx)
      await sql`insert into parents_new select id, name from parents`.execute(tx)
      await sql`drop table parents`.execute(tx)
      await sql`alter table parents_new rename to parents`.execute(tx)
    })

  test('booleans are 0 and 1', async () => {
    assert.deepEqual(
      (await children()).map((row) => ({ ...row })),
      [{ parent_id: 1, flag: 1 }],
    )
    assert.equal((await database.selectFrom('children').selectAll().where('flag', '=', false).execute()).length, 0)
  })

  test('rebuilding a table keeps what refers to it', async () => {
    await sqlite.migrating(rebuild)
    assert.equal((await children()).length, 1)
    await assert.rejects(database.insertInto('children').values({ parent_id: 7, flag: 0 }).execute(), /FOREIGN KEY/)
  })

  test('a migration that leaves rows without what they refer to is reported, and the checks are on again', async () => {
    const lose = () => sqlite.migrating(() => sql`insert into children values (7, 0)`.execute(database))
    await assert.rejects(lose, /left 1 rows without what they refer to, first in "children" to "parents"/)
    await assert.rejects(database.insertInto('children').values({ parent_id: 8, flag: 0 }).execute(), /FOREIGN KEY/)
    await database.deleteFrom('children').where('parent_id', '=', 7).execute()
  })

  test('a transaction has the right to write from its beginning', async () => {
    const other = new BetterSqlite(path, { timeout: 0 })
    await database.transaction().execute(async (tx) => {
      await tx.selectFrom('parents').selectAll().execute()
      assert.throws(() => other.exec('insert into parents values (2, null)'), /locked/)
    })
    other.exec(`insert into parents values (2, 'b')`)
    other.close()
    assert.equal((await database.selectFrom('parents').selectAll().execute()).length, 2)
  })

  test('a failed statement does not end the transactions after it', async () => {
    const twice = () => database.transaction().execute((tx) => tx.insertInto('parents').values({ id: 1, name: 'x' }).execute())
    await assert.rejects(twice, /UNIQUE/)
    await assert.rejects(twice, /UNIQUE/)
    await database.transaction().execute((tx) => tx.insertInto('parents').values({ id: 3, name: 'c' }).execute())
  })

  test('rows can be streamed, those of a transaction in it', async () => {
    await database.transaction().execute(async (tx) => {
      await tx.insertInto('parents').values({ id: 4, name: 'd' }).execute()
      const ids: number[] = []
      for await (const { id } of tx.selectFrom('parents').select('id').orderBy('id').stream()) ids.push(id)
      assert.equal(ids.at(-1), 4)
    })
  })

  const opened = () => {
    const memory = openSqlite(':memory:')
    return [memory, memory.dialect] as const
  }

  test('a transaction of the ORM inside another can be undone alone', async () => {
    const orm = await createOrm(...opened())
    await orm.schema.create()
    const write = (key: string) => `insert into settings_state (key, value) values ('${key}', 'true')`
    await orm.em.fork().transactional(async (em) => {
      await em.execute(write('outer'))
      const inner = em.transactional(async (nested) => {
        await nested.execute(write('inner'))
        throw new Error('undone')
      })
      await assert.rejects(inner, /undone/)
    })
    assert.deepEqual(
      (await orm.em.fork().execute('select key from settings_state')).map((row) => row['key']),
      ['outer'],
    )
    await orm.close()
  })
})

test('statements with parameters are kept, the 500 last used', () => {
  const database = new BetterSqlite(':memory:')
  const prepared = statements(database)
  const text = (n: number) => `select ${n} where ?`
  const first = prepared(text(0), [1])
  const second = prepared(text(1), [1])
  for (let n = 2; n <= 500; n++) {
    assert.equal(prepared(text(0), [1]), first)
    prepared(text(n), [1])
  }
  assert.equal(prepared(text(0), [1]), first)
  assert.notEqual(prepared(text(1), [1]), second)
  assert.notEqual(prepared('select 1', []), prepared('select 1', []))
  database.close()
})
