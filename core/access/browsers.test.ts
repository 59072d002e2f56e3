import assert from 'node:assert/strict'
import test from 'node:test'
import { accessFixture } from './fixture.ts'

const setUp = async (t: { after(close: () => Promise<void>): void }) => {
  const fixture = await accessFixture()
  t.after(() => fixture.database.close())
  return fixture
}

test('a request without a cookie comes from a new browser, whose cookie makes it the same one without a record', async (t) => {
  const { database, readBrowser } = await setUp(t)
  const first = await readBrowser(undefined)
  assert.match(first.cookie ?? '', /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/)
  assert.equal(first.cookie, `${first.id}.${first.secret}`)
  assert.deepEqual(await readBrowser(first.cookie), { ...first, cookie: undefined })
  assert.notEqual((await readBrowser(undefined)).id, first.id)
  assert.deepEqual(await database.sql.selectFrom('browsers').selectAll().execute(), [])
})

test('the cookie of a sign-in brings the session, its user and the proofs', async (t) => {
  const { addUser, close, readBrowser, signingIn, time } = await setUp(t)
  const ada = await addUser('ada')
  const { id } = await readBrowser(undefined)
  const proofs = ['pwd', 'totp', 'pwd'].map((method, n) => ({ method, at: time.now - 3000 + n * 1000 }))
  const closed = await close(signingIn(ada, id, { session: { browserId: id, userId: ada, proofs, lifetime: 60, flows: ['sign-in'] } }))
  assert.ok(closed.closed === true && closed.session)
  const browser = await readBrowser(closed.cookie)
  assert.deepEqual(browser.session, {
    id: closed.session.id,
    userId: ada,
    username: 'ada',
    at: new Date(time.now - 1000),
    proofs,
    methods: ['pwd', 'totp'],
    flows: ['sign-in'],
  })
  assert.deepEqual([browser.id, browser.cookie, browser.known], [id, undefined, [ada]])
})

test('a cookie with any character changed is nobody’s, and never an error', async (t) => {
  const { addUser, readBrowser, signIn } = await setUp(t)
  const { cookie } = await signIn(await addUser())
  assert.ok((await readBrowser(cookie)).session)
  for (let at = 0; at < cookie.length; at++) {
    for (const other of [cookie[at] === 'A' ? 'B' : 'A', '.', '%', '\0', 'é', '']) {
      const tampered = `${cookie.slice(0, at)}${other}${cookie.slice(at + 1)}`
      if (tampered === cookie) continue
      const browser = await readBrowser(tampered)
      assert.equal(browser.session, undefined, `character ${at} as ${JSON.stringify(other)}`)
      assert.deepEqual(browser.known, [])
    }
  }
  for (const hostile of [
    '',
    '.',
    'x',
    `${cookie}.`,
    `${cookie}\n`,
    ` ${cookie}`,
    cookie.split('.')[0],
    'a'.repeat(1 << 20),
    "' OR 1=1 --",
  ]) {
    const browser = await readBrowser(hostile)
    assert.equal(browser.session, undefined)
    assert.ok(browser.cookie)
  }
})

test('another secret for a browser’s id makes a new browser, with another id', async (t) => {
  const { addUser, readBrowser, signIn } = await setUp(t)
  const { browserId, cookie } = await signIn(await addUser())
  const browser = await readBrowser(`${browserId}.${'A'.repeat(43)}`)
  assert.ok(browser.cookie && browser.id !== browserId && browser.session === undefined)
  assert.ok((await readBrowser(cookie)).session)
})

test('the secret changes at a sign-in: who planted the cookie before is not signed in', async (t) => {
  const { addUser, readBrowser, signIn } = await setUp(t)
  const planted = (await readBrowser(undefined)).cookie
  const { browserId, cookie } = await signIn(await addUser(), planted)
  assert.ok(planted?.startsWith(browserId))
  assert.notEqual(cookie, planted)
  assert.equal((await readBrowser(planted)).session, undefined)
})

test('only a hash of the secret is stored', async (t) => {
  const { addUser, database, signIn } = await setUp(t)
  const { cookie } = await signIn(await addUser())
  const stored = JSON.stringify(await database.sql.selectFrom('browsers').selectAll().execute())
  assert.ok(!stored.includes(cookie.split('.')[1]!))
})

test('a session that is ended or expired, or whose user is disabled, is none; the browser stays known', async (t) => {
  const { addUser, readBrowser, sessions, setEnabled, signIn, time } = await setUp(t)
  const ada = await addUser()
  const { browserId, cookie, session } = await signIn(ada)
  await setEnabled(ada, false)
  assert.equal((await readBrowser(cookie)).session, undefined)
  await setEnabled(ada, true)
  time.now += 3600_000 - 1
  assert.ok((await readBrowser(cookie)).session)
  time.now += 1
  assert.equal((await readBrowser(cookie)).session, undefined)
  time.now -= 1
  await sessions.end(session.id)
  const browser = await readBrowser(cookie)
  assert.deepEqual([browser.id, browser.session, browser.known, browser.cookie], [browserId, undefined, [ada], undefined])
})

test('a browser knows who has signed in there, the latest first', async (t) => {
  const { addUser, readBrowser, signIn, time } = await setUp(t)
  const [ada, bob] = [await addUser('ada'), await addUser('bob')]
  let { cookie } = await signIn(ada)
  for (const user of [bob, ada, bob]) {
    time.now += 1000
    cookie = (await signIn(user, cookie)).cookie
  }
  assert.deepEqual((await readBrowser(cookie)).known, [bob, ada])
})

test('a browser knows the twenty users who signed in there last', async (t) => {
  const { addUser, close, readBrowser, signingIn, time } = await setUp(t)
  const { id } = await readBrowser(undefined)
  const users: string[] = []
  let cookie: string | undefined
  for (let count = 0; count < 22; count += 1) {
    const user = await addUser(`user${count}`)
    users.push(user)
    time.now += 1000
    const closed = await close(signingIn(user, id))
    assert.ok(closed.closed === true)
    cookie = closed.cookie
  }
  assert.deepEqual((await readBrowser(cookie)).known, users.toReversed().slice(0, 20))
})
