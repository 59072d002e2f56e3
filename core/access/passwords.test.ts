import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash as argon2 } from '@node-rs/argon2'
import { createHasher, type Hasher } from '../keys/hashing.ts'
import { accessFixture } from './fixture.ts'
import { createPasswords } from './passwords.ts'

const setUp = async (t: { after(close: () => Promise<void>): void }) => {
  const fixture = await accessFixture()
  t.after(() => fixture.database.close())
  const real = createHasher()
  const verified: (string | undefined)[] = []
  const hasher: Hasher = {
    hash: (password) => real.hash(password),
    verify: (phc, password) => {
      verified.push(phc)
      return real.verify(phc, password)
    },
    isWeak: real.isWeak,
    waiting: 0,
  }
  const passwords = createPasswords({ database: fixture.database, hasher })
  const set = async (userId: string, password: string, runId = `set-${password}`) =>
    fixture.close({ runId, proved: [userId], effects: [passwords.set(userId, await passwords.hash(password))] })
  return { ...fixture, passwords, set, verified }
}

test('a password is verified by the user’s hash, the latest one', async (t) => {
  const { addUser, passwords, set } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  assert.equal((await set(ada, 'first')).closed, true)
  assert.equal(await passwords.verify(ada, 'first'), true)
  assert.equal(await passwords.verify(ada, 'other'), false)
  assert.equal(await passwords.verify(bob, 'first'), false)
  await set(ada, 'second')
  assert.deepEqual([await passwords.verify(ada, 'first'), await passwords.verify(ada, 'second')], [false, true])
})

test('every answer costs one verification: of the hash, or of none where there is no user, no password or no permission', async (t) => {
  const { addUser, passwords, set, setEnabled, verified } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  await set(ada, 'secret')
  for (const user of [undefined, 'no such user', bob]) assert.equal(await passwords.verify(user, 'secret'), false)
  await setEnabled(ada, false)
  assert.equal(await passwords.verify(ada, 'secret'), false)
  assert.deepEqual(verified, [undefined, undefined, undefined, undefined])
  await setEnabled(ada, true)
  assert.equal(await passwords.verify(ada, 'secret'), true)
  assert.equal(verified.length, 5)
})

test('a new password ends the user’s sessions and grants, also those not redeemed yet, and is a change of the user', async (t) => {
  const { aGrant, addUser, database, grants, readBrowser, set, signIn } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const [here, other] = [await signIn(ada), await signIn(bob)]
  const redeemed = [aGrant(ada, here.session.id), aGrant(ada, here.session.id, { offline: true })]
  const pending = aGrant(ada, here.session.id, { offline: true })
  for (const grant of redeemed) await grants.open(grant)
  const token = grants.refreshToken(redeemed[1]!)
  await set(ada, 'new password')
  await grants.open(pending)
  assert.equal((await readBrowser(here.cookie)).session, undefined)
  for (const { id } of [...redeemed, pending]) assert.equal((await grants.alive(id))?.grant, undefined)
  assert.deepEqual(await grants.rotate(token), { ok: false, why: 'expired' })
  assert.equal((await grants.rotate(grants.refreshToken(pending))).ok, false)
  assert.ok((await readBrowser(other.cookie)).session)
  const changes = await database.sql.selectFrom('changes').select(['kind', 'object_id', 'revision']).execute()
  assert.deepEqual(changes, [{ kind: 'user', object_id: ada, revision: 2 }])
})

test('a new password ends the trust of browsers, of that user alone', async (t) => {
  const { addUser, close, readBrowser, set, signingIn } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  const trusting = async (userId: string) => {
    const { session, ...wish } = signingIn(userId, (await readBrowser(undefined)).id)
    const closed = await close({ ...wish, session: { ...session!, secondFactor: true, trust: 3600 } })
    return closed.closed === true && closed.cookie !== undefined ? closed.cookie : assert.fail('not signed in')
  }
  const [hers, his] = [await trusting(ada), await trusting(bob)]
  const trustOf = async (cookie: string) => (await readBrowser(cookie)).trust.map(({ userId }) => userId)
  assert.deepEqual([await trustOf(hers), await trustOf(his)], [[ada], [bob]])
  await set(ada, 'new password')
  assert.deepEqual([await trustOf(hers), await trustOf(his)], [[], [bob]])
})

test('the session that the same run opens lives', async (t) => {
  const { addUser, close, passwords, readBrowser, signIn, signingIn } = await setUp(t)
  const ada = await addUser()
  const before = await signIn(ada)
  const effects = [passwords.set(ada, await passwords.hash('new'))]
  const closed = await close(signingIn(ada, before.browserId, { effects }))
  assert.ok(closed.closed === true && closed.session)
  assert.equal((await readBrowser(closed.cookie)).session?.id, closed.session.id)
})

test('a password that is there is replaced only where the run has proved who its user is', async (t) => {
  const { addUser, close, passwords, set, verified } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  await set(ada, 'first')
  const second = [passwords.set(ada, await passwords.hash('second'))]
  for (const proved of [undefined, [], [bob]]) {
    const closed = await close({ runId: `by ${proved}`, effects: second, ...(proved && { proved }) })
    assert.deepEqual(closed, { closed: false, effect: undefined, why: 'unproved' })
  }
  assert.equal(await passwords.verify(ada, 'first'), true)
  assert.equal((await close({ runId: 'by a link', effects: second, proved: 'anybody' })).closed, true)
  assert.equal(await passwords.verify(ada, 'second'), true)
  assert.equal((await close({ runId: 'a first one', effects: [passwords.set(bob, await passwords.hash('new'))] })).closed, true)
  assert.deepEqual([await passwords.has(ada), await passwords.has(bob), await passwords.has('nobody')], [true, true, false])
  assert.equal(verified.length, 2, 'whether there is one costs no hash')
})

test('the session of whoever changes it goes on, under another cookie; their grants end', async (t) => {
  const { aGrant, addUser, close, grants, passwords, readBrowser, set, signIn } = await setUp(t)
  const ada = await addUser()
  await set(ada, 'first')
  const [here, there] = [await signIn(ada), await signIn(ada)]
  const grant = aGrant(ada, here.session.id)
  await grants.open(grant)
  const keep = { browserId: here.browserId, sessionId: here.session.id }
  const closed = await close({ runId: 'changed', proved: [ada], keep, effects: [passwords.set(ada, await passwords.hash('second'))] })
  assert.ok(closed.closed === true && closed.cookie !== undefined)
  assert.equal((await readBrowser(closed.cookie)).session?.id, here.session.id)
  for (const { cookie } of [here, there]) assert.equal((await readBrowser(cookie)).session, undefined)
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
})

test('a password for a user who is gone is an error, and writes nothing', async (t) => {
  const { database, set } = await setUp(t)
  await assert.rejects(set('018f0000-0000-7000-8000-000000000000', 'x'))
  assert.deepEqual(await database.sql.selectFrom('closed_runs').selectAll().execute(), [])
})

test('a hash of weaker parameters is made anew by the right password, never by a wrong one, and nobody is signed out by it', async (t) => {
  const { addUser, passwords, set, database } = await setUp(t)
  const ada = await addUser('ada')
  await set(ada, 'secret')
  const weak = await argon2('secret', { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  await database.sql.updateTable('passwords').set({ hash: weak }).where('user_id', '=', ada).execute()
  const stored = () => database.sql.selectFrom('passwords').selectAll().where('user_id', '=', ada).executeTakeFirstOrThrow()
  const { changed_at } = await stored()
  assert.equal(await passwords.verify(ada, 'wrong'), false)
  await sleep(200)
  assert.equal((await stored()).hash, weak)
  assert.equal(await passwords.verify(ada, 'secret'), true)
  for (let n = 0; n < 100 && (await stored()).hash === weak; n++) await sleep(20)
  const now = await stored()
  assert.match(now.hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(now.changed_at, changed_at)
  assert.equal(await passwords.verify(ada, 'secret'), true)
  assert.equal((await stored()).hash, now.hash)
})
