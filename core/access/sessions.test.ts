import assert from 'node:assert/strict'
import test from 'node:test'
import { updateUser } from '../identity/write-users.ts'
import { accessFixture } from './fixture.ts'
import { pruneAccess } from './prune.ts'

const setUp = async (t: { after(close: () => Promise<void>): void }) => {
  const fixture = await accessFixture()
  t.after(() => fixture.database.close())
  return fixture
}

test('the end of a session ends its grants, offline ones apart', async (t) => {
  const { aGrant, addUser, grants, readBrowser, sessions, signIn } = await setUp(t)
  const ada = await addUser()
  const [here, there] = [await signIn(ada), await signIn(ada)]
  const [online, offline] = [aGrant(ada, here.session.id), aGrant(ada, here.session.id, { offline: true })]
  const elsewhere = aGrant(ada, there.session.id)
  for (const grant of [online, offline, elsewhere]) await grants.open(grant)
  await sessions.end(here.session.id)
  assert.equal((await readBrowser(here.cookie)).session, undefined)
  assert.equal((await grants.alive(online.id))?.grant, undefined)
  assert.deepEqual([(await grants.alive(offline.id))?.grant, (await grants.alive(elsewhere.id))?.grant], [offline, elsewhere])
  assert.deepEqual(
    (await sessions.list(ada)).map(({ id }) => id),
    [there.session.id],
  )
})

test('the end of all of a user’s sessions ends all their grants, and nobody else’s', async (t) => {
  const { aGrant, addUser, grants, readBrowser, sessions, signIn } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const [one, two, other] = [await signIn(ada), await signIn(ada), await signIn(bob)]
  const dying = [aGrant(ada, one.session.id), aGrant(ada, two.session.id, { offline: true })]
  const living = aGrant(bob, other.session.id)
  for (const grant of [...dying, living]) await grants.open(grant)
  await sessions.endAll(ada)
  for (const { cookie } of [one, two]) assert.equal((await readBrowser(cookie)).session, undefined)
  for (const { id } of dying) assert.equal((await grants.alive(id))?.grant, undefined)
  assert.deepEqual(await sessions.list(ada), [])
  assert.deepEqual((await grants.alive(living.id))?.grant, living)
  assert.ok((await readBrowser(other.cookie)).session)
})

test('a session is listed with where it was opened', async (t) => {
  const { addUser, close, readBrowser, sessions, signingIn, time } = await setUp(t)
  const ada = await addUser()
  const { id } = await readBrowser(undefined)
  await close(signingIn(ada, id, { request: { ip: '192.0.2.7', userAgent: 'Browser/1' } }))
  const [session] = await sessions.list(ada)
  assert.deepEqual([session?.ip, session?.userAgent, session?.expiresAt], ['192.0.2.7', 'Browser/1', new Date(time.now + 3600_000)])
})

test('the last use is written once a minute', async (t) => {
  const { addUser, database, sessions, signIn, time } = await setUp(t)
  const { browserId, session } = await signIn(await addUser())
  const opened = time.now
  const seen = async () => (await database.sql.selectFrom('sessions').select('seen_at').executeTakeFirstOrThrow()).seen_at
  const touch = () => sessions.touch({ id: session.id, browserId, seenAt: opened })
  time.now = opened + 59_999
  await touch()
  assert.equal(await seen(), opened)
  time.now = opened + 60_000
  await touch()
  time.now += 1
  await touch()
  assert.equal(await seen(), opened + 60_000)
  assert.equal((await database.sql.selectFrom('browsers').select('seen_at').executeTakeFirstOrThrow()).seen_at, opened + 60_000)
})

test('a browser that comes back is seen without its request waiting for it, and a failure is only logged', async (t) => {
  const { addUser, database, readBrowser, sessions, signIn, time, warnings } = await setUp(t)
  const { browserId, cookie, session } = await signIn(await addUser())
  time.now += 120_000
  assert.ok((await readBrowser(cookie)).session)
  const seen = async () => (await database.sql.selectFrom('sessions').select('seen_at').executeTakeFirstOrThrow()).seen_at
  while ((await seen()) !== time.now) await new Promise((resolve) => setImmediate(resolve))
  await database.sql.schema.alterTable('browsers').renameTo('gone').execute()
  await sessions.touch({ id: session.id, browserId, seenAt: 0 })
  assert.equal(warnings.length, 1)
})

test('what is long over is deleted, and nothing else', async (t) => {
  const { aGrant, addUser, clock, database, grants, readBrowser, sessions, signIn, time } = await setUp(t)
  const ada = await addUser()
  const old = await signIn(ada)
  await grants.open(aGrant(ada, old.session.id))
  const lasting = aGrant(ada, old.session.id, { offline: true, expiresAt: new Date(time.now + 1000 * 24 * 3600_000) })
  await grants.open(lasting)
  const runs = Array.from({ length: 1200 }, (_, n) => ({ id: `run-${n}`, session_id: null, closed_at: time.now }))
  await database.sql.insertInto('closed_runs').values(runs).execute()
  assert.equal(await pruneAccess(database, clock), 0)
  time.now += 9 * 24 * 3600_000
  const { cookie } = await signIn(ada)
  assert.equal(await pruneAccess(database, clock), 1 + 1201)
  assert.ok((await readBrowser(cookie)).session)
  assert.deepEqual((await grants.alive(lasting.id))?.grant, lasting)
  assert.ok(await sessions.find(lasting.sessionId), 'rules are asked of the sign-in for as long as its grants live')
  time.now += 400 * 24 * 3600_000
  assert.equal(await pruneAccess(database, clock), 1 + 1 + 1)
  time.now += 1
  assert.equal(await pruneAccess(database, clock), 1)
  assert.equal((await readBrowser(cookie)).known.length, 0)
})

test('a user who was disabled and enabled again gets nothing back that was open before', async () => {
  const house = await accessFixture()
  try {
    const userId = await house.addUser()
    const { cookie, session } = await house.signIn(userId)
    const grant = house.aGrant(userId, session.id, { offline: true })
    await house.grants.open(grant)
    for (const enabled of [false, true]) await house.database.transaction((tx) => updateUser(tx, userId, { enabled }, house.time.now))
    assert.equal((await house.readBrowser(cookie)).session, undefined)
    assert.equal((await house.grants.alive(grant.id))?.grant, undefined)
  } finally {
    await house.database.close()
  }
})
