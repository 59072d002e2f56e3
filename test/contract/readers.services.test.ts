import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '../../core/data/database.ts'
import { prepare } from '../../core/data/prepared.ts'
import { startPostgresql } from '../kit/postgresql.mjs'

let server: Awaited<ReturnType<typeof startPostgresql>>
let database: Database
let another: Database
before(async () => {
  server = await startPostgresql()
  database = await openDatabase({ url: server.url })
  another = await openDatabase({ url: server.url })
  await database.migrate()
})
after(async () => {
  await Promise.all([database?.close(), another?.close()])
  await server?.remove()
})

const groupBySlug = (of: Database) =>
  prepare(of, (given: { readonly slug: string }) => of.sql.selectFrom('groups').selectAll().where('slug', '=', given.slug))
/** A statement as it stands, by the way of prepared ones. */
const ask = <Row>(of: Database, text: string, ...parameters: readonly unknown[]) =>
  of.query<Row>({ ...of.sql.selectFrom('groups').compile(), sql: text, parameters })
const addGroup = (slug: string) =>
  database.sql
    .insertInto('groups')
    .values({ id: `00000000-0000-7000-8000-${String(slug.length).padStart(12, '0')}`, slug, name: slug, version: 0 })
    .execute()

test('a hundred reads at once share two connections, and each gets its own answer', async () => {
  await addGroup('editors')
  const find = groupBySlug(database)
  const slugs = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'editors' : `nobody ${i}`))
  const rows = await Promise.all(slugs.map((slug) => find({ slug })))
  assert.deepEqual(
    rows.map(([row]) => row?.slug),
    slugs.map((slug) => (slug === 'editors' ? slug : undefined)),
  )
  const { rows: reading } = await ask(
    another,
    `select pid from pg_stat_activity where query like '%"slug" = $1%' and pid <> pg_backend_pid()`,
  )
  assert.ok(reading.length > 0 && reading.length <= 2, String(reading.length))
})

test('one that fails fails alone', async () => {
  const find = groupBySlug(database)
  const wrong = () => ask(database, 'select 1 / $1::int as one', 0)
  const [before, failed, behind] = await Promise.allSettled([find({ slug: 'editors' }), wrong(), find({ slug: 'editors' })])
  assert.equal(failed.status, 'rejected')
  assert.match(String((failed as PromiseRejectedResult).reason), /division by zero/)
  for (const one of [before, behind]) assert.equal(one.status === 'fulfilled' && one.value[0]?.slug, 'editors')
})

test('a lost connection fails what was asked on it, and the next read has a new one', async () => {
  const find = groupBySlug(database)
  await Promise.all([find({ slug: 'editors' }), find({ slug: 'editors' })])
  const sleep = () => ask(database, 'select pg_sleep($1)', 5)
  const asked = Promise.allSettled([sleep(), sleep(), find({ slug: 'editors' })])
  let ended: readonly unknown[] = []
  while (ended.length < 2) {
    const { rows } = await ask(another, `select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep($1)'`)
    ended = [...ended, ...rows]
  }
  for (const one of await asked) {
    assert.equal(one.status, 'rejected')
    assert.equal((one as PromiseRejectedResult).reason.name, 'Unavailable', String((one as PromiseRejectedResult).reason))
  }
  assert.equal((await find({ slug: 'editors' }))[0]?.slug, 'editors')
})

test('a server that takes the connection and says nothing is away, for who reads as for who writes', async () => {
  const silent = createServer((socket) => void sockets.push(socket))
  const sockets: Socket[] = []
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const nowhere = await openDatabase({ url: `postgresql://nobody@127.0.0.1:${(silent.address() as AddressInfo).port}/none` })
  try {
    const asked = await Promise.allSettled([
      groupBySlug(nowhere)({ slug: 'editors' }),
      ask(nowhere, 'delete from groups where slug = $1', 'x'),
    ])
    for (const one of asked)
      assert.equal((one as PromiseRejectedResult).reason?.name, 'Unavailable', String((one as PromiseRejectedResult).reason))
  } finally {
    for (const socket of sockets) socket.destroy()
    silent.close()
    await nowhere.close()
  }
})

test('who reads after the end gets an error, and no new connection', async () => {
  const own = await openDatabase({ url: server.url })
  const find = groupBySlug(own)
  await find({ slug: 'editors' })
  await own.close()
  await assert.rejects(find({ slug: 'editors' }), /closed/)
})

test('a column that another process adds is read, by statements that were prepared before', async () => {
  const find = groupBySlug(database)
  await find({ slug: 'editors' })
  await ask(another, 'alter table groups add column later int')
  const rows = await Promise.all(Array.from({ length: 20 }, () => find({ slug: 'editors' })))
  assert.ok(rows.every(([row]) => row && 'later' in row))
})

test('a read sees what was written before it', async () => {
  const find = groupBySlug(database)
  for (const slug of ['a', 'ab', 'abc']) {
    await addGroup(slug)
    assert.equal((await find({ slug }))[0]?.slug, slug)
  }
})

test('a read does not wait for a transaction that holds the row', async () => {
  const find = groupBySlug(database)
  await database.transaction(async (tx) => {
    await tx.updateTable('groups').set({ name: 'Editors' }).where('slug', '=', 'editors').execute()
    assert.equal((await find({ slug: 'editors' }))[0]?.name, 'editors')
  })
  assert.equal((await find({ slug: 'editors' }))[0]?.name, 'Editors')
})
