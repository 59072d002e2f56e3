import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openDatabase, type Database } from './database.ts'
import { newPostgresql, testKind } from './fixture.ts'
import { migrationsFor } from './migrations/index.ts'
import { User } from './entities/users.ts'
import { DatabaseTooNew, isUniqueViolation } from './errors.ts'

const user = (username: string) => ({
  id: crypto.randomUUID(),
  username,
  username_key: username,
  name: '',
  email_verified: false,
  enabled: true,
  attributes: '{"a":1}',
  version: 1,
  created_at: 1_700_000_000_123,
  updated_at: 1,
})

for (const kind of testKind === 'sqlite' ? ['memory', 'file'] : ['server']) {
  describe(`database in ${kind}`, () => {
    let folder: string
    let database: Database
    let drop = async () => {}
    const address = async () => {
      if (kind !== 'server') return kind === 'memory' ? 'sqlite::memory:' : `sqlite:${folder}/a.db`
      const made = await newPostgresql({ empty: true })
      drop = made.drop
      return made.url
    }
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-data-'))
      database = await openDatabase({ url: await address() })
    })
    after(async () => {
      await database.close()
      await drop()
      await rm(folder, { recursive: true })
    })

    test('migrations make the schema of the entities, once', async () => {
      assert.deepEqual(
        await database.migrate(),
        migrationsFor(database.kind).map(({ name }) => name),
      )
      assert.deepEqual(await database.migrate(), [])
      assert.equal((await (await database.orm()).schema.getUpdateSchemaSQL()).trim(), '')
    })

    test('the ORM and Kysely mean the same row', async () => {
      const row = user('ada')
      await database.sql.insertInto('users').values(row).execute()
      const em = (await database.orm()).em.fork()
      const found = await em.findOneOrFail(User, { usernameKey: 'ada' })
      assert.deepEqual(
        [found.id, found.enabled, found.emailVerified, found.attributes, found.createdAt],
        [row.id, true, false, { a: 1 }, row.created_at],
      )
      found.name = 'Ada'
      await em.flush()
      const again = await database.sql
        .selectFrom('users')
        .select(['name', 'version', 'attributes', 'enabled'])
        .where('id', '=', row.id)
        .executeTakeFirstOrThrow()
      assert.deepEqual({ ...again, enabled: Boolean(again.enabled) }, { name: 'Ada', version: 2, attributes: '{"a":1}', enabled: true })
    })

    test('a transaction that throws leaves nothing', async () => {
      const boom = database.transaction(async (tx) => {
        await tx.insertInto('users').values(user('grace')).execute()
        throw new Error('boom')
      })
      await assert.rejects(boom, /boom/)
      assert.deepEqual(await database.sql.selectFrom('users').select('id').where('username', '=', 'grace').execute(), [])
    })

    test('a taken name is a unique violation', async () => {
      await assert.rejects(database.sql.insertInto('users').values(user('ada')).execute(), isUniqueViolation)
    })

    test('foreign keys hold', async () => {
      const lost = { user_id: crypto.randomUUID(), hash: 'x', changed_at: 1 }
      await assert.rejects(database.sql.insertInto('passwords').values(lost).execute(), /foreign key/i)
    })

    test('parallel transactions take turns, and what they read stays true', async () => {
      await database.sql.insertInto('settings_state').values({ key: 'n', value: '0' }).execute()
      const bump = () =>
        database.transaction(async (tx) => {
          const { value } = await tx.selectFrom('settings_state').select('value').where('key', '=', 'n').executeTakeFirstOrThrow()
          await new Promise(setImmediate)
          await tx
            .updateTable('settings_state')
            .set({ value: String(Number(value) + 1) })
            .where('key', '=', 'n')
            .execute()
        })
      await Promise.all(Array.from({ length: 30 }, bump))
      const { value } = await database.sql.selectFrom('settings_state').select('value').where('key', '=', 'n').executeTakeFirstOrThrow()
      assert.equal(Number(value), 30)
    })

    test('a read beside a transaction sees nothing of it until it has ended', async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const count = async () => (await database.sql.selectFrom('users').select('id').where('username', '=', 'linus').execute()).length
      const open = database.transaction(async (tx) => {
        await tx.insertInto('users').values(user('linus')).execute()
        await promise
      })
      // in memory there is one connection, and a read waits for its turn
      if (kind !== 'memory') assert.equal(await count(), 0)
      resolve()
      await open
      assert.equal(await count(), 1)
    })

    test('a database of a newer version is refused by name', async () => {
      await (
        await database.orm()
      ).em
        .getConnection()
        .execute(`insert into mikro_orm_migrations (name) values ('Migration29990101000000_future')`)
      await assert.rejects(
        database.migrate(),
        (error) => error instanceof DatabaseTooNew && error.migration === 'Migration29990101000000_future',
      )
    })
  })
}

test('an address of another kind is refused', async () => {
  await assert.rejects(openDatabase({ url: 'mysql://localhost/x' }), /sqlite:<path>/)
})
