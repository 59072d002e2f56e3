import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tokensFor, userinfo } from '../hostile/attack.ts'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, isSignedIn, landing, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const tim = { username: 'tim', password: 'the password of tim' }
let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({ users: { tim: { password: tim.password } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(() => server?.stop())

const flow = '/if/flow/default-password-change/'
const twice = (password: string) => ({ password, 'password-repeat': password })

test('a password is changed by who knows it; they stay signed in, elsewhere they are signed out', async () => {
  const [here, there] = [new Client(server.url), new Client(server.url)]
  await signIn(here, people.ada)
  await signIn(there, people.ada)
  const tokens = await tokensFor(server, people.ada)
  const current = await here.open(`${flow}?next=/if/user/`)
  assert.deepEqual([current.heading, current.url.pathname], ['Enter your current password', flow])
  assert.match(current.text, /Account: ada/)
  assert.ok(!Object.keys(current.links).includes('Not you?'), 'who is signed in has not typed who they are')
  const wrong = await here.submit(current, { password: 'a guess' })
  assert.equal(wrong.status, 422)
  const chosen = await here.submit(wrong, { password: people.ada.password })
  const cookie = here.cookies.get('sluice')
  const done = await here.send(chosen, twice('a new long password'))
  assert.equal(done.to?.href, `${server.url}/if/user/`)
  assert.ok(await isSignedIn(here))
  assert.ok(!(await isSignedIn(there)))
  assert.equal(await userinfo(server, tokens['access_token']), 401)
  const copied = new Client(server.url)
  copied.cookies.set('sluice', cookie ?? '')
  assert.ok(!(await isSignedIn(copied)), 'whoever copied the cookie is signed out')
  assert.equal((await signIn(new Client(server.url), people.ada)).status, 422)
  assert.equal((await signIn(new Client(server.url), { ...people.ada, password: 'a new long password' })).url.pathname, landing)
})

test('who is not signed in signs in first and comes back', async () => {
  const client = new Client(server.url)
  const first = await client.open(`${flow}?${new URLSearchParams({ next: '/if/user/', lang: 'de' })}`)
  assert.equal(first.url.pathname, '/if/flow/default-authentication/')
  const current = await signIn(client, people.bob, first)
  assert.deepEqual([current.url.pathname, current.heading], [flow, 'Aktuelles Passwort eingeben'])
})

test('without a page to go back to, they are told that it is saved', async () => {
  const client = new Client(server.url)
  await signIn(client, tim)
  const page = await client.submit(await client.open(flow), { password: tim.password })
  const done = await client.submit(page, twice('the second password'))
  assert.deepEqual([done.status, done.heading, done.text.includes('Everything has been saved.')], [200, 'Done', true])
  assert.equal(done.links['To your applications'], '/')
})

test('what a flow writes about somebody is in the audit log, without values', async () => {
  const admin = apiOf(server.url, adminToken)
  const [tims] = (await admin.must('GET', '/users?search=tim')).items
  const changed = (await admin.must('GET', `/events?action=user.password-set&user=${tims.id}`)).items
  assert.equal(changed.length, 1)
  assert.deepEqual(changed[0].detail, { flow: 'default-password-change', fields: ['password'] })
  assert.match(changed[0].ip, /^127\./)
})
