import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { databaseStore } from '../store/database.ts'
import { accessFixture } from './fixture.ts'
import { createLinks } from './links.ts'
import { mailboxOf } from './mailbox.ts'

const setUp = async (t: TestContext) => {
  const fixture = await accessFixture()
  t.after(() => fixture.database.close())
  const { database, clock, close } = fixture
  const links = createLinks(databaseStore(database, clock), database)
  const change = (id: string, values: { email?: string | null; enabled?: boolean }) =>
    database.sql.updateTable('users').set(values).where('id', '=', id).execute()
  const aUser = async (username = 'ada') => {
    const id = await fixture.addUser(username)
    await change(id, { email: `${username}@example.com` })
    return id
  }
  const setPassword = (userId: string, hash: string) =>
    close({ runId: hash, effects: [{ effect: 'passwords.set', data: { userId, hash } }], proved: 'anybody' })
  const tokenOf = (path: string) => new URL(path, 'http://localhost').searchParams.get('link') ?? ''
  const mailed = async (id: string, more: { readonly only?: string; readonly lifetime?: number } = {}) => {
    const stamp = (await mailboxOf(database.sql, id))?.stamp ?? assert.fail('nothing can be mailed')
    const path = await links.create({
      flow: 'f',
      user: { id, username: 'ada' },
      lifetime: 60,
      only: `mail ${id}`,
      mailed: { userId: id, stamp },
      ...more,
    })
    return tokenOf(path)
  }
  return { ...fixture, links, change, aUser, setPassword, tokenOf, mailed }
}

test('a link is read as often as one likes, until its time is over', async (t) => {
  const { links, time, tokenOf, aUser } = await setUp(t)
  const user = { id: await aUser(), username: 'ada' }
  const token = tokenOf(await links.create({ flow: 'f', user, lifetime: 60 }))
  for (let times = 0; times < 3; times++) {
    const { flow, facts, mailed } = (await links.read(token)) ?? assert.fail('it does not work')
    assert.deepEqual({ flow, facts, mailed }, { flow: 'f', facts: { user }, mailed: undefined })
  }
  for (const other of ['', token.slice(1), `${token} `, token.toUpperCase()]) assert.equal(await links.read(other), undefined)
  time.now += 60_000
  assert.equal(await links.read(token), undefined)
})

test('a link, mailed or made by an operator, dies with another password, another address, and while its user is disabled', async (t) => {
  const { links, change, aUser, setPassword, mailed, tokenOf } = await setUp(t)
  const id = await aUser()
  await setPassword(id, 'first')
  const handed = async () => tokenOf(await links.create({ flow: 'f', user: { id, username: 'ada' }, lifetime: 60 }))
  const changes = {
    password: () => setPassword(id, 'second'),
    address: () => change(id, { email: 'other@example.com' }),
    'no address': () => change(id, { email: null }),
    disabled: () => change(id, { enabled: false }),
  }
  for (const [name, work] of Object.entries(changes)) {
    await change(id, { email: 'ada@example.com', enabled: true })
    const [byMail, byOperator] = [await mailed(id), await handed()]
    assert.equal((await links.read(byMail))?.mailed?.userId, id)
    assert.equal((await links.read(byOperator))?.handed?.userId, id)
    await work()
    assert.equal(await links.read(byMail), undefined, name)
    assert.equal(await links.read(byOperator), undefined, `${name}, by an operator`)
  }
  await assert.rejects(handed(), /is disabled or gone/)
  await change(id, { email: null, enabled: true })
  assert.ok(await links.read(await handed()), 'an operator’s link needs no address')
})

test('and so does a run that it opened before: nothing of it is written', async (t) => {
  const { links, close, aUser, setPassword, mailed, database } = await setUp(t)
  const id = await aUser()
  await setPassword(id, 'first')
  const opened = (await links.read(await mailed(id))) ?? assert.fail('it does not work')
  await setPassword(id, 'second')
  const effects = [{ effect: 'passwords.set', data: { userId: id, hash: 'third' } }]
  assert.deepEqual(await close({ runId: 'late', effects, proved: [id], linkOwner: opened.mailed! }), {
    closed: false,
    effect: undefined,
    why: 'link-dead',
  })
  const row = await database.sql.selectFrom('passwords').select('hash').where('user_id', '=', id).executeTakeFirst()
  assert.equal(row?.hash, 'second')
  const live = (await links.read(await mailed(id))) ?? assert.fail('it does not work')
  assert.equal((await close({ runId: 'in time', effects, proved: [id], linkOwner: live.mailed! })).closed, true)
})

test('the newest link of a name is the only one, however many are made at once', async (t) => {
  const { links, aUser, mailed } = await setUp(t)
  const [ada, bob] = [await aUser('ada'), await aUser('bob')]
  const of = await mailed(bob)
  const first = await mailed(ada)
  const tokens = await Promise.all(Array.from({ length: 10 }, () => mailed(ada)))
  assert.equal(await links.read(first), undefined)
  const alive = (await Promise.all(tokens.map((token) => links.read(token)))).filter((opened) => opened !== undefined)
  assert.equal(alive.length, 1)
  assert.ok(await links.read(of), 'another user’s link lives')
  await links.revoke(`mail ${ada}`)
  assert.deepEqual((await Promise.all(tokens.map((token) => links.read(token)))).filter(Boolean), [])
})
