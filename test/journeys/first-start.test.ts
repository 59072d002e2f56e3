import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { run } from '../kit/database.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type ServerWish } from '../kit/server.ts'

const admin = { username: 'root', password: 'a long administrator password' }
const chosen = (password: string) => ({ password, 'password-repeat': password })
const answers = { username: admin.username, name: 'Grace', email: 'grace@example.com', ...chosen(admin.password) }

const opened = async (wish?: ServerWish) => {
  const server = await startServer(wish)
  return { server, link: server.setupLink ?? '', client: new Client(server.url), another: () => new Client(server.url) }
}
type Started = Awaited<ReturnType<typeof opened>>
const started = async (t: TestContext, wish?: ServerWish): Promise<Started> => {
  const one = await opened(wish)
  t.after(() => one.server.stop())
  return one
}

const setUp = async ({ client, link }: Pick<Started, 'client' | 'link'>) => client.submit(await client.open(link), answers)

test('the link makes one administrator, signs them in, and is used up', async (t) => {
  const { server, link, client, another } = await started(t, { fresh: true })
  assert.match(link, /^http:\/\/localhost:\d+\/if\/flow\/initial-setup\/\?link=[\w-]{43}$/)
  // Links are opened by scanners and previews, too: that uses nothing up.
  await another().open(link)
  const landing = await setUp({ client, link })
  assert.deepEqual([landing.status, landing.url.pathname], [200, '/'])
  assert.match(landing.text, /You are signed in as root\./)
  const again = await another().open(link)
  assert.deepEqual([again.status, again.heading], [404, 'This link no longer works'])
  assert.match((await signIn(another(), admin)).text, /You are signed in as root\./)

  await server.restart()
  assert.equal(server.setupLink, undefined)
  assert.equal((await another().open(link)).status, 404)
})

test('of two people who opened the link, the first to finish is the administrator', async (t) => {
  const { link, client, another } = await started(t)
  const second = another()
  const page = await second.open(link)
  await setUp({ client, link })
  const late = await second.submit(page, { username: 'eve', email: 'eve@example.com', ...chosen('quite long enough') })
  assert.equal(late.status, 403)
  assert.match(late.text, /This link has been used or has expired/)
  assert.equal((await signIn(another(), { username: 'eve', password: 'quite long enough' })).status, 422)
})

describe('before anybody has set it up', () => {
  let shared: Started
  before(async () => {
    shared = await opened()
  })
  after(() => shared?.server.stop())

  test('without its link the set-up cannot be opened', async () => {
    const { client } = shared
    for (const query of ['', '?link=', `?link=${'A'.repeat(43)}`, '?link=a&link=b'])
      assert.equal((await client.open(`/if/flow/initial-setup/${query}`)).status, 404, query)
    assert.equal((await client.open('/if/flow/recovery-link/')).status, 404)
  })

  test('every start prints a new link, and the one before is dead', async () => {
    const { server, link, client } = shared
    await server.restart()
    const next = server.setupLink ?? ''
    assert.notEqual(next, link)
    assert.equal((await client.open(link)).status, 404)
    assert.equal((await client.open(next)).status, 200)
  })

  test('what is wrong with the answer is said, and what was right stays', async () => {
    const { server, client } = shared
    const page = await client.open(server.setupLink ?? '')
    const wrong = await client.submit(page, { username: 'root', email: 'not an address', ...chosen('short') })
    assert.equal(wrong.status, 422)
    assert.match(wrong.alert, /There are 2 problems/)
    assert.match(wrong.text, /This is too short\. Please use at least 8 characters/)
    const kept = wrong.forms.find(({ method }) => method === 'post')?.fields
    assert.deepEqual([kept?.['username'], kept?.['email'], kept?.['password']], ['root', 'not an address', ''])
    assert.equal((await client.submit(wrong, { email: answers.email, ...chosen(admin.password) })).url.pathname, '/')
  })
})

test('who deletes the only administrator is not offered the set-up again', async (t) => {
  const { server, link, client } = await started(t)
  await setUp({ client, link })
  await server.stop()
  assert.equal((await run(server, "delete from users where username = 'root'")).changed, 1)
  await server.restart()
  assert.equal(server.setupLink, undefined)
  assert.equal((await client.open(link)).status, 404)
  assert.equal((await client.open('/')).heading, 'Sign in')
})

test('an administrator of the configuration ends the set-up', async (t) => {
  const { server, link, client } = await started(t)
  await server.restart({ apply: { version: 1, users: { root: { roles: ['admin'], password: admin.password } } } })
  assert.equal(server.setupLink, undefined)
  assert.equal((await client.open(link)).status, 404)
})

const create = ['createsuperuser', '--username', 'root', '--email', 'root@example.com', '--password-stdin']

test('createsuperuser makes one in the running server, and the printed link is dead', async (t) => {
  const { server, link, another } = await started(t)
  const made = await server.sluice(create, `${admin.password}\n`)
  assert.deepEqual([made.code, made.out, made.err], [0, 'The administrator "root" can sign in now.\n', ''])
  assert.match((await signIn(another(), admin)).text, /You are signed in as root\./)
  assert.equal((await another().open(link)).status, 404)

  const again = await server.sluice(create, admin.password)
  assert.deepEqual([again.code, again.out], [1, ''])
  assert.match(again.err, /there is a user "root" already; choose another name/)
})

test('createsuperuser makes one while no server runs', async (t) => {
  const { server, client } = await started(t)
  await server.stop()
  assert.equal((await server.sluice(create, admin.password)).code, 0)
  await server.restart()
  assert.equal(server.setupLink, undefined)
  assert.match((await signIn(client, admin)).text, /You are signed in as root\./)
})

describe('who has lost their password', () => {
  let shared: Started
  before(async () => {
    shared = await opened({ apply: configuration() })
  })
  after(() => shared?.server.stop())

  for (const { running, username } of [
    { running: true, username: 'ada' },
    { running: false, username: 'bob' },
  ] as const) {
    test(`recover prints a link for a new password while the server ${running ? 'runs' : 'does not run'}`, async () => {
      const { server, another } = shared
      const client = another()
      await signIn(client, people[username])
      if (!running) await server.stop()
      const { code, out, err } = await server.sluice(['recover', `${username}@example.com`])
      assert.equal(code, 0, err)
      assert.match(err, /^Works once, until \d{4}-.*:\n$/)
      if (!running) await server.restart()

      const visitor = another()
      const page = await visitor.open(out.trim())
      assert.equal(page.heading, 'Choose a new password')
      const password = 'an entirely new password'
      const done = await visitor.submit(page, chosen(password))
      assert.deepEqual([done.status, done.heading], [200, 'Done'])
      // It proved who holds the link, not who sits there: nobody is signed in, and whoever was is not any more.
      assert.equal((await visitor.open('/')).heading, 'Sign in')
      assert.equal((await client.open('/')).heading, 'Sign in')
      assert.equal((await another().open(out.trim())).status, 404)
      assert.equal((await signIn(another(), people[username])).status, 422)
      assert.match((await signIn(another(), { username, password })).text, new RegExp(`You are signed in as ${username}\\.`))
    })
  }

  test('a recovery link that two opened works for the first to finish', async () => {
    const { server, another } = shared
    const client = another()
    const { out } = await server.sluice(['recover', 'bob'])
    const second = another()
    const page = await second.open(out.trim())
    await client.submit(await client.open(out.trim()), chosen('the first new password'))
    const late = await second.submit(page, chosen('the second new password'))
    assert.equal(late.status, 403)
    assert.match(late.text, /This link has been used or has expired/)
    assert.match((await signIn(another(), { username: 'bob', password: 'the first new password' })).text, /signed in as bob/)
  })

  test('recover says whom it does not know', async () => {
    const { server } = shared
    const { code, out, err } = await server.sluice(['recover', 'nobody'])
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /^sluice: there is no user "nobody"/)
  })
})
