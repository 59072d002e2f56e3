import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import test from 'node:test'
import { closing } from './closing.ts'
import { accessFixture } from './fixture.ts'
import { Conflict, type EffectHandlers } from '../data/effects.ts'
import { createUsersWrite, userEffects } from '../identity/users.ts'

const tables = [
  'browsers',
  'browser_users',
  'sessions',
  'closed_runs',
  'grants',
  'consents',
  'passwords',
  'changes',
  'settings_state',
] as const

const setUp = async (t: { after(close: () => Promise<void>): void }) => {
  const fixture = await accessFixture()
  const { clock, database } = fixture
  t.after(() => database.close())
  const handlers: EffectHandlers = {
    'test.write': async (tx, data) => {
      await tx
        .insertInto('settings_state')
        .values({ key: data as string, value: 'true' })
        .execute()
    },
    'test.conflict': async (tx) => {
      await tx.insertInto('settings_state').values({ key: 'half', value: 'true' }).execute()
      throw new Conflict({ username: { key: 'core.username-taken' } })
    },
    'test.fail': async () => {
      throw new Error('broken handler')
    },
    'test.disable': async (tx, data) => {
      await tx
        .updateTable('users')
        .set({ enabled: false })
        .where('id', '=', data as string)
        .execute()
    },
  }
  const close = closing(database, handlers, clock)
  const everything = async () =>
    JSON.stringify(await Promise.all(tables.map((table) => database.sql.selectFrom(table).selectAll().execute())))
  return { ...fixture, close, everything }
}

const effect = (name: string, data: string = '', back?: string) => ({ effect: name, data, ...(back !== undefined && { back }) })

test('of a hundred closings of one run, one opens the session and the others learn which', async (t) => {
  const { addUser, close, database, readBrowser, sessions, signingIn } = await setUp(t)
  const ada = await addUser()
  const run = { ...signingIn(ada, (await readBrowser(undefined)).id), effects: [effect('test.write', 'once')] }
  const results = await Promise.all(Array.from({ length: 100 }, () => close(run)))
  const [first, ...more] = results.filter(({ closed }) => closed === true)
  assert.ok(first?.closed === true)
  assert.deepEqual(more, [])
  const { session } = first
  assert.ok(session)
  for (const result of results) assert.deepEqual(result, result === first ? first : { closed: 'before', session })
  assert.equal((await sessions.list(ada)).length, 1)
  assert.equal((await database.sql.selectFrom('settings_state').selectAll().execute()).length, 1)
})

test('a conflict leaves nothing behind and names its effect; the run can close later', async (t) => {
  const { addUser, close, everything, readBrowser, signingIn } = await setUp(t)
  const run = signingIn(await addUser(), (await readBrowser(undefined)).id)
  const before = await everything()
  const taken = effect('test.conflict', '', 'data')
  const result = await close({ ...run, effects: [effect('test.write', 'first'), taken, effect('test.write', 'last')] })
  assert.deepEqual(result, { closed: false, effect: taken, errors: { username: { key: 'core.username-taken' } } })
  assert.equal(await everything(), before)
  assert.equal((await close(run)).closed, true)
})

test('a handler that fails, and an effect that nobody makes, are errors and leave nothing behind', async (t) => {
  const { addUser, close, everything, readBrowser, signingIn } = await setUp(t)
  const run = signingIn(await addUser(), (await readBrowser(undefined)).id)
  const before = await everything()
  await assert.rejects(close({ ...run, effects: [effect('test.write', 'first'), effect('test.fail')] }), /broken handler/)
  for (const name of ['test.unknown', 'toString', '__proto__'])
    await assert.rejects(close({ ...run, effects: [effect(name)] }), /Nothing can make/)
  assert.equal(await everything(), before)
})

test('a user who is disabled, unknown, or disabled by the run itself gets no session, and nothing is written', async (t) => {
  const { addUser, close, everything, readBrowser, setEnabled, signingIn } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const { id } = await readBrowser(undefined)
  await setEnabled(ada, false)
  const before = await everything()
  const refused = { closed: false, effect: undefined }
  const effects = [effect('test.write', 'first')]
  assert.deepEqual(await close({ ...signingIn(ada, id), effects }), refused)
  assert.deepEqual(await close({ ...signingIn(randomUUIDv7(), id), effects }), refused)
  assert.deepEqual(await close({ ...signingIn(bob, id), effects: [...effects, effect('test.disable', bob)] }), refused)
  assert.equal(await everything(), before)
  assert.equal((await close(signingIn(bob, id))).closed, true)
})

test('a run that proved nothing opens no session', async (t) => {
  const { addUser, close, everything, readBrowser } = await setUp(t)
  const session = { browserId: (await readBrowser(undefined)).id, userId: await addUser(), proofs: [], lifetime: 60, flows: [] }
  const before = await everything()
  await assert.rejects(close({ runId: 'run', effects: [], session }), /proved nothing/)
  assert.equal(await everything(), before)
})

test('the address of somebody who is there is changed only by a proof, or in a session whose proof is fresh', async (t) => {
  const { addUser, clock, database } = await setUp(t)
  const close = closing(database, userEffects, clock)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const write = createUsersWrite()
  const to = (email: string) => ({ runId: randomUUIDv7(), effects: [write.update(ada, { name: 'Ada', email })] })
  const unproved = { closed: false, effect: undefined, why: 'unproved' }
  for (const more of [{}, { proved: [bob] }, { fresh: bob }])
    assert.deepEqual(await close({ ...to('thief@example.com'), ...more }), unproved)
  assert.equal((await close({ ...to('ada@example.com'), fresh: ada })).closed, true)
  assert.equal((await close(to('ADA@example.com'))).closed, true, 'it is the same address')
  assert.deepEqual(await close(to('')), unproved, 'none is another one, too')
  assert.equal((await close({ ...to('other@example.com'), proved: [ada] })).closed, true)
  assert.equal((await close({ ...to('third@example.com'), proved: 'anybody' })).closed, true)
  const created = write.create({ username: 'eve', email: 'eve@example.com' })
  const both = [created.effect, write.update(created.id, { email: 'eve@example.org' })]
  assert.equal((await close({ runId: 'new', effects: both })).closed, true, 'who is made by the run is nobody that was there')
})

test('a run without session writes its effects, once', async (t) => {
  const { close, database } = await setUp(t)
  const run = { runId: 'run', effects: [effect('test.write', 'a'), effect('test.write', 'b')] }
  assert.deepEqual(await close(run), { closed: true, cookie: undefined, session: undefined })
  assert.deepEqual(await close(run), { closed: 'before', session: undefined })
  assert.deepEqual(
    (await database.sql.selectFrom('settings_state').select('key').execute()).map(({ key }) => key),
    ['a', 'b'],
  )
})

test('the same user signing in again gets a new session that the grants go on with', async (t) => {
  const { aGrant, addUser, grants, readBrowser, sessions, signIn, time } = await setUp(t)
  const ada = await addUser()
  const first = await signIn(ada)
  const [online, offline] = [aGrant(ada, first.session.id), aGrant(ada, first.session.id, { offline: true })]
  for (const grant of [online, offline]) await grants.open(grant)
  const token = grants.refreshToken(offline)
  time.now += 60_000
  const second = await signIn(ada, first.cookie)
  assert.equal(second.browserId, first.browserId)
  assert.notEqual(second.session.id, first.session.id)
  assert.equal((await readBrowser(first.cookie)).session, undefined)
  assert.equal((await readBrowser(second.cookie)).session?.id, second.session.id)
  assert.deepEqual(
    (await sessions.list(ada)).map(({ id }) => id),
    [second.session.id],
  )
  for (const grant of [online, offline]) assert.deepEqual((await grants.alive(grant.id))?.grant, { ...grant, sessionId: second.session.id })
  assert.equal((await grants.rotate(token)).ok, true)
  await sessions.end(second.session.id)
  assert.equal((await grants.alive(online.id))?.grant, undefined)
})

test('a session in which nothing was proved anew lasts no longer than the one that it goes on from', async (t) => {
  const { addUser, close, sessions, signIn, signingIn, time } = await setUp(t)
  const ada = await addUser()
  const { browserId } = await signIn(ada)
  const [first] = await sessions.list(ada)
  time.now += 60_000
  const session = { browserId, userId: ada, proofs: [{ method: 'pwd', at: 1 }], lifetime: 36_000, flows: [] }
  await close(signingIn(ada, browserId, { session: { ...session, unproved: true } }))
  assert.deepEqual((await sessions.list(ada))[0]?.expiresAt, first?.expiresAt)
  await close(signingIn(ada, browserId, { session }))
  assert.equal((await sessions.list(ada))[0]?.expiresAt.getTime(), time.now + 36_000_000)
})

test('a session that was over hands no grants on', async (t) => {
  const { aGrant, addUser, grants, signIn, time } = await setUp(t)
  const ada = await addUser()
  const first = await signIn(ada)
  const grant = aGrant(ada, first.session.id)
  await grants.open(grant)
  time.now += 3600_000
  await signIn(ada, first.cookie)
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
})

test('another user signing in ends the session and its grants; offline ones live on', async (t) => {
  const { aGrant, addUser, grants, readBrowser, sessions, signIn } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const first = await signIn(ada)
  const [online, offline] = [aGrant(ada, first.session.id), aGrant(ada, first.session.id, { offline: true })]
  for (const grant of [online, offline]) await grants.open(grant)
  const second = await signIn(bob, first.cookie)
  assert.deepEqual(await sessions.list(ada), [])
  assert.equal((await readBrowser(second.cookie)).session?.userId, bob)
  assert.equal((await grants.alive(online.id))?.grant, undefined)
  assert.deepEqual((await grants.alive(offline.id))?.grant, offline)
})

test('a sign-out ends the session with its grants and makes it a new browser', async (t) => {
  const { aGrant, addUser, close, database, grants, readBrowser, signIn } = await setUp(t)
  const ada = await addUser()
  const { browserId, cookie, session } = await signIn(ada)
  const [online, offline] = [aGrant(ada, session.id), aGrant(ada, session.id, { offline: true })]
  for (const grant of [online, offline]) await grants.open(grant)
  const closed = await close({ runId: 'out', effects: [], end: { browserId } })
  assert.ok(closed.closed === true && closed.cookie && closed.session === undefined)
  const next = await readBrowser(closed.cookie)
  assert.ok(next.id !== browserId && next.cookie === undefined && next.session === undefined)
  assert.deepEqual(next.known, [ada])
  const old = await readBrowser(cookie)
  assert.deepEqual([old.session, old.known], [undefined, []])
  assert.equal((await grants.alive(online.id))?.grant, undefined)
  assert.deepEqual((await grants.alive(offline.id))?.grant, offline)
  assert.deepEqual(await database.sql.selectFrom('browsers').select('id').execute(), [{ id: next.id }])
  assert.deepEqual(await close({ runId: 'out', effects: [], end: { browserId } }), { closed: 'before', session: undefined })
})

test('two runs of one browser that end at the same time leave one session', async (t) => {
  const { addUser, close, readBrowser, sessions, signingIn } = await setUp(t)
  const ada = await addUser()
  const { id } = await readBrowser(undefined)
  const results = await Promise.all(Array.from({ length: 20 }, () => close(signingIn(ada, id))))
  assert.ok(results.every(({ closed }) => closed === true))
  assert.equal((await sessions.list(ada)).length, 1)
})
