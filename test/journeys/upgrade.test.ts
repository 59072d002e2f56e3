import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testKind } from '../../core/data/fixture.ts'
import { attacked, codeFor, redeem, refresh, userinfo } from '../hostile/attack.ts'
import { Client } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { opened } from '../kit/database.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: attacked() })
})
after(() => server?.stop())

const next = 'Migration29990101000000_of_the_next_version'

/** What a next version may do to the schema while servers of this one run: columns everywhere, a table, an index. */
const migrateFurther = () =>
  opened(server, async ({ sql: db }) => {
    const run = async (statement: string) => (await sql.raw<{ name: string }>(statement).execute(db)).rows
    const tables = await run(
      testKind === 'sqlite'
        ? `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'user_search%'`
        : `select tablename as name from pg_tables where schemaname = 'public'`,
    )
    assert.ok(tables.length > 15)
    for (const { name } of tables) {
      await run(`alter table "${name}" add column "of_the_next" text null`)
      await run(`alter table "${name}" add column "always_there" text not null default 'x'`)
    }
    await run('create table "of_the_next_version" ("id" text primary key)')
    await run('create index "of_the_next_index" on "users" ("of_the_next")')
    await run(`insert into "mikro_orm_migrations" ("name") values ('${next}')`)
  })

test('while the next version changes the schema, a server of this one goes on: nothing fails, nothing is lost', async () => {
  const old = await redeem(server, await codeFor(new Client(server.url), people.ada))
  assert.equal(old.status, 200)
  const done = { rounds: 0, isOver: false }
  const use = async () => {
    while (!done.isOver) {
      const { status, body } = await redeem(server, await codeFor(new Client(server.url), people.ada))
      assert.equal(status, 200, JSON.stringify(body))
      const second = await refresh(server, body['refresh_token'])
      assert.equal(second.status, 200, JSON.stringify(second.body))
      assert.equal(await userinfo(server, second.body['access_token']), 200)
      done.rounds++
    }
  }
  const used = Promise.all([use(), use()])
  // Whoever fails ends it, and is told below.
  used.catch(() => {})
  await migrateFurther()
  const before = done.rounds
  while (done.rounds < before + 4) await Promise.race([used, new Promise((resolve) => setTimeout(resolve, 20))])
  done.isOver = true
  await used
  assert.equal((await refresh(server, old.body['refresh_token'])).status, 200)
  assert.equal((await server.sluice(['doctor'])).code, 0)
  const applied = await server.sluice(['history', '--json'])
  assert.equal(applied.code, 0, applied.err)
})

test('a server of this version does not start on the schema of the next, and says why', async () => {
  await server.stop()
  const { code, err } = await server.sluice(['migrate'])
  assert.equal(code, 1)
  assert.match(err, new RegExp(`${next}.*newer|newer.*${next}`, 's'))
  await assert.rejects(server.restart(), new RegExp(next))
})
