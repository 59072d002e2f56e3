import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { accessFixture } from './fixture.ts'

const setUp = async (t: { after(close: () => Promise<void>): void }, url?: string) => {
  const fixture = await accessFixture(url)
  t.after(() => fixture.database.close())
  const ada = await fixture.addUser()
  const { cookie, session } = await fixture.signIn(ada)
  const open = async (more: Parameters<typeof fixture.aGrant>[2] = {}) => {
    const grant = fixture.aGrant(ada, session.id, more)
    await fixture.grants.open(grant)
    return grant
  }
  return { ...fixture, ada, cookie, session, open }
}

test('an open grant is alive as it was given', async (t) => {
  const { grants, open } = await setUp(t)
  const grant = await open({ data: { nonce: 'n', nested: [1, null, true] } })
  assert.deepEqual((await grants.alive(grant.id))?.grant, grant)
  assert.equal((await grants.alive(grants.newId()))?.grant, undefined)
  assert.equal((await grants.alive("' OR 1=1"))?.grant, undefined)
})

test('a grant dies with its time, its user and its session; offline ones outlive the session', async (t) => {
  const { ada, grants, open, sessions, session, setEnabled, time } = await setUp(t)
  const [online, offline] = [await open(), await open({ offline: true })]
  const alive = async () => [(await grants.alive(online.id)) !== undefined, (await grants.alive(offline.id)) !== undefined]
  const refreshes = async () => Promise.all([online, offline].map(async (grant) => (await grants.rotate(grants.refreshToken(grant))).ok))
  await setEnabled(ada, false)
  assert.deepEqual(
    [await alive(), await refreshes()],
    [
      [false, false],
      [false, false],
    ],
  )
  await setEnabled(ada, true)
  assert.deepEqual(await alive(), [true, true])
  time.now += 3600_000
  assert.deepEqual(await alive(), [false, true])
  time.now -= 3600_000
  await sessions.end(session.id)
  assert.deepEqual(
    [await alive(), await refreshes()],
    [
      [false, true],
      [false, true],
    ],
  )
  time.now = offline.expiresAt.getTime()
  assert.deepEqual(await alive(), [false, false])
})

test('a second opening changes nothing, and does not undo a revocation', async (t) => {
  const { grants, open } = await setUp(t)
  const grant = await open()
  await grants.open({ ...grant, scopes: ['openid', 'everything'] })
  assert.deepEqual((await grants.alive(grant.id))?.grant.scopes, grant.scopes)
  await grants.revoke(grant)
  await grants.open(grant)
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
})

test('a grant that is revoked before it is opened never lives', async (t) => {
  const { aGrant, ada, grants, session } = await setUp(t)
  const grant = aGrant(ada, session.id, { offline: true })
  await grants.revoke(grant)
  await grants.open(grant)
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
  assert.deepEqual(await grants.rotate(grants.refreshToken(grant)), { ok: false, why: 'expired' })
})

test('a grant goes on with the session by which its user signed in again at the browser, and with nobody else’s', async (t) => {
  const { aGrant, ada, addUser, cookie, grants, session, signIn } = await setUp(t)
  const [early, late] = [aGrant(ada, session.id), aGrant(ada, session.id)]
  const again = await signIn(ada, cookie)
  const third = await signIn(ada, again.cookie)
  assert.equal((await grants.open(early))?.sessionId, third.session.id)
  assert.equal((await grants.alive(early.id))?.grant.sessionId, third.session.id)
  await signIn(await addUser('bob'), third.cookie)
  await signIn(ada)
  assert.equal(await grants.open(late), undefined)
})

test('a grant of a session that is over is dead from the start, offline or not', async (t) => {
  const { aGrant, ada, grants, session, sessions } = await setUp(t)
  await sessions.end(session.id)
  for (const offline of [true, false]) {
    const grant = aGrant(ada, session.id, { offline })
    assert.equal(await grants.open(grant), undefined)
    assert.equal((await grants.alive(grant.id))?.grant, undefined)
  }
})

test('a refresh token is replaced again and again; each names its grant', async (t) => {
  const { grants, open } = await setUp(t)
  const grant = await open({ offline: true })
  let token = grants.refreshToken(grant)
  const seen = new Set<string>()
  for (let round = 0; round < 5; round++) {
    seen.add(token)
    assert.deepEqual((await grants.ofRefreshToken(token))?.grant, grant)
    const refreshed = await grants.rotate(token)
    assert.ok(refreshed.ok)
    assert.deepEqual(refreshed.grant, grant)
    token = refreshed.token
  }
  assert.equal(seen.size, 5)
})

test('the current refresh token is the last one, while its grant is alive', async (t) => {
  const { grants, open } = await setUp(t)
  const grant = await open({ offline: true })
  const first = grants.refreshToken(grant)
  const of = async (token: string) => {
    const found = await grants.ofRefreshToken(token)
    return found && [found.isCurrent, found.user?.id]
  }
  assert.deepEqual(await of(first), [true, grant.userId])
  const second = await grants.rotate(first)
  assert.ok(second.ok)
  assert.deepEqual(await of(first), [false, grant.userId])
  assert.deepEqual(await of(second.token), [true, grant.userId])
  assert.equal(await of(`${second.token}A`), undefined)
  await grants.revoke(grant)
  assert.deepEqual(await of(second.token), [true, undefined])
})

test('of a hundred holders of one token, one gets the next, and the family lives', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-grants-'))
  const { grants, open, recorded } = await setUp(t, `sqlite:${join(folder, 'database')}`)
  t.after(() => rm(folder, { recursive: true }))
  const grant = await open({ offline: true })
  const token = grants.refreshToken(grant)
  const results = await Promise.all(Array.from({ length: 100 }, () => grants.rotate(token)))
  const winners = results.filter((result) => result.ok)
  assert.equal(winners.length, 1)
  assert.ok(results.every((result) => result.ok || result.why === 'raced'))
  assert.deepEqual(recorded, [])
  assert.equal((await grants.rotate(winners[0]!.token)).ok, true)
})

test('the grace is ten seconds, for the last token only; after it the family is revoked, with one event', async (t) => {
  const { ada, grants, open, recorded, time } = await setUp(t)
  const grant = await open({ offline: true })
  const first = grants.refreshToken(grant)
  const second = await grants.rotate(first)
  assert.ok(second.ok)
  time.now += 10_000
  assert.deepEqual(await grants.rotate(first), { ok: false, why: 'raced' })
  assert.ok((await grants.alive(grant.id))?.grant)
  time.now += 1
  const results = await Promise.all(Array.from({ length: 20 }, () => grants.rotate(first)))
  assert.ok(results.some((result) => !result.ok && result.why === 'reused'))
  assert.ok(results.every((result) => !result.ok && result.why !== 'raced'))
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
  assert.deepEqual(await grants.rotate(second.token), { ok: false, why: 'expired' })
  assert.deepEqual(recorded, [{ action: 'token.reused', userId: ada, application: 'demo', detail: { grant: grant.id } }])
})

test('a token from before the last one is reuse at once', async (t) => {
  const { grants, open } = await setUp(t)
  const grant = await open({ offline: true })
  const first = grants.refreshToken(grant)
  const second = await grants.rotate(first)
  assert.ok(second.ok && (await grants.rotate(second.token)).ok)
  assert.deepEqual(await grants.rotate(first), { ok: false, why: 'reused' })
  assert.equal((await grants.alive(grant.id))?.grant, undefined)
})

test('what is no token of ours is unknown, and reveals nothing', async (t) => {
  const { aGrant, ada, grants, open, session } = await setUp(t)
  const grant = await open({ offline: true })
  const token = grants.refreshToken(grant)
  for (const hostile of ['', 'x', `${token}A`, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, token.toUpperCase()]) {
    assert.deepEqual(await grants.rotate(hostile), { ok: false, why: 'unknown' })
    assert.equal(await grants.ofRefreshToken(hostile), undefined)
  }
  const unopened = grants.refreshToken(aGrant(ada, session.id))
  assert.deepEqual(await grants.rotate(unopened), { ok: false, why: 'unknown' })
  assert.ok((await grants.alive(grant.id))?.grant)
})

test('tokens that are newer than a restored database are unknown, and revoke nothing', async (t) => {
  const { database, grants, open, time } = await setUp(t)
  const grant = await open({ offline: true })
  const backup = await database.sql.selectFrom('grants').select(['generation', 'nonce', 'rotated_at']).executeTakeFirstOrThrow()
  const first = grants.refreshToken(grant)
  const second = await grants.rotate(first)
  assert.ok(second.ok)
  await database.sql.updateTable('grants').set(backup).execute()
  time.now += 60_000
  assert.deepEqual(await grants.rotate(second.token), { ok: false, why: 'unknown' })
  assert.equal((await grants.rotate(first)).ok, true)
  assert.deepEqual(await grants.rotate(second.token), { ok: false, why: 'unknown' })
  assert.ok((await grants.alive(grant.id))?.grant)
})
