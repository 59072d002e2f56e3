import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { addApp, age, apiAt, setupFlow } from '../kit/second-factor.ts'
import { Client, type Credentials, isSignedIn, landing, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'

const tim = { username: 'tim', password: 'the password of tim' }
/** A page of the server's own to come back to. */
const elsewhere = '/if/flow/default-invalidation/'
let mail: MailServer
let server: TestServer
let admin: Api
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: configuration({
      users: { tim: { email: 'tim@example.com', password: tim.password, attributes: { locale: 'de' } } },
      settings: { email: sendingBy(mail), mfa: { trust: '30d' } },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const idOf = async (username: string): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const signedIn = async (person: Credentials) => {
  const client = new Client(server.url)
  assert.equal((await signIn(client, person)).url.pathname, landing)
  return client
}
/** Subjects of what somebody was sent, with the first line that says what. */
const toldTo = async (address: string): Promise<readonly string[]> => {
  await allDone(admin, 'notice')
  return mail.received.filter(({ to }) => to.includes(address)).map(readable)
}

test('whoever is signed in sets up an app and backup codes, is told so by mail, and sees, names and removes them', async () => {
  const client = await signedIn(people.ada)
  const api = apiAt(client)
  assert.deepEqual((await api('GET', '/devices')).json().items, [])
  const { required, setup, items, signals } = (await api('GET', '/me/authenticators')).json()
  assert.deepEqual([required, setup], [false, setupFlow])
  assert.deepEqual(
    signals.map(({ call, options }: any) => [call, options.rpId, options.allAcceptedCredentialIds]),
    [
      ['all-accepted-credentials', 'localhost', []],
      ['current-user-details', 'localhost', undefined],
    ],
  )
  assert.deepEqual((await admin.must('GET', '/me/authenticators')).signals, [], 'a token is no browser')
  assert.deepEqual(
    items.map(({ kind, label, isBackup }: Record<string, unknown>) => [kind, label, isBackup]),
    [
      ['totp', 'Authenticator app', false],
      ['webauthn', 'Passkey or security key', false],
      ['recovery-codes', 'Backup codes', true],
    ],
  )
  const choice = await client.open(`${setupFlow}?next=${elsewhere}`)
  const { secret, then } = await addApp(client, choice)
  assert.equal(then.url.pathname, elsewhere, 'and comes back')

  const listed = (await api('GET', '/devices')).json().items
  assert.deepEqual(
    listed.map(({ kind, name, enabled, isBackup, lastUsedAt }: Record<string, unknown>) => [kind, name, enabled, isBackup, lastUsedAt]),
    [
      ['totp', '', true, false, null],
      ['recovery-codes', '', true, true, null],
    ],
  )
  const [app] = listed
  assert.doesNotMatch(JSON.stringify(listed), new RegExp(secret.replaceAll(' ', '')), 'lists hold no secrets')
  const german = await client.ask('/api/v1/devices', { headers: { accept: 'application/json', 'accept-language': 'de' } })
  assert.equal(german.json().items[0].label, 'Authentifikator-App')
  assert.equal((await api('PATCH', `/devices/${app.id}`, { name: 'My telephone' })).json().name, 'My telephone')
  assert.equal((await api('PATCH', `/devices/${app.id}`, { name: '' })).status, 400)

  assert.equal((await api('DELETE', `/devices/${app.id}`)).status, 204)
  assert.deepEqual((await api('GET', '/devices')).json().items, [], 'backup codes stand in for nothing any more')
  const events = (await admin.must('GET', '/events?limit=50')).items
  const told = events.filter(({ action }: any) => action.startsWith('authenticator.')).map(({ action, detail }: any) => [action, detail])
  assert.deepEqual(
    told.map(([action]: [string]) => action).toSorted(),
    ['added', 'added', 'removed', 'removed', 'renamed'].map((done) => `authenticator.${done}`),
  )
  const removed = told.find(([action, { authenticator }]: any) => action === 'authenticator.removed' && authenticator === 'totp')
  assert.deepEqual(removed?.[1].object, { kind: 'device', id: app.id, name: 'My telephone' })
  const mails = await toldTo('ada@example.com')
  assert.equal(mails.length, 3)
  assert.match(mails.join('\n'), /an authenticator was added .*: Authenticator app\.[\s\S]*\/if\/user\/security/)
  assert.match(mails.at(-1) ?? '', /an authenticator was removed .*: Authenticator app\./)
})

test('whose proof is older proves anew who they are, by all they have, and comes back', async () => {
  const client = await signedIn(people.bob)
  const { secret } = await addApp(client)
  const id = await idOf('bob')
  await age(server, id, 16)
  const first = await client.open(`${setupFlow}?next=${elsewhere}`)
  assert.deepEqual([first.heading, new URL(first.url).pathname], ['Enter your password', '/if/flow/default-authentication/'])
  const second = await client.submit(first, { password: people.bob.password })
  assert.equal(second.heading, 'Enter the code of your app', 'a fresh proof is of all that they have')
  const back = await client.submit(second, { code: codeOf(secret, 1) })
  assert.equal(back.url.pathname, setupFlow)
  assert.equal((await addApp(client, back)).then.url.pathname, elsewhere)
  assert.equal((await admin.must('GET', `/sessions?user=${id}`)).items.length, 1, 'it is one session still')
})

test('the API says where that is done, and the address leads back', async () => {
  const client = await signedIn(tim)
  const api = apiAt(client)
  const { links } = (await api('GET', '/me')).json()
  assert.deepEqual([links.confirm, links.authenticatorSetup], ['/if/flow/default-authentication/?confirm=1', setupFlow])
  await addApp(client)
  const [app] = (await api('GET', '/devices')).json().items
  await age(server, await idOf('tim'), 16)
  const late = await api('DELETE', `/devices/${app.id}`)
  assert.deepEqual([late.status, late.json().code], [403, 'proof-needed'])
  assert.match(late.json().detail, /Confirm that it is you: \/if\/flow\/default-authentication\/\?confirm=1$/)
  assert.equal((await api('PATCH', `/devices/${app.id}`, { name: 'Old' })).status, 200, 'a name is no way in')
  const anybody = await new Client(server.url).open(`${links.confirm}&next=/if/user/`)
  assert.equal(anybody.heading, 'Sign in', 'whoever is not signed in does so')
})

test('an administrator resets what somebody has lost, and says why: all is gone, they are signed out, and told', async () => {
  const id = await idOf('tim')
  const client = new Client(server.url)
  assert.ok((await admin.must('GET', `/devices?user=${id}`)).items.length >= 2)
  assert.equal((await admin('POST', `/users/${id}/reset-authenticators`, { body: {} })).status, 400, 'a reason is needed')
  const { status } = await admin('POST', `/users/${id}/reset-authenticators`, { body: { reason: 'Lost on the train' } })
  assert.equal(status, 204)
  assert.deepEqual((await admin.must('GET', `/devices?user=${id}`)).items, [])
  assert.deepEqual((await admin.must('GET', `/sessions?user=${id}`)).items, [])
  await signIn(client, tim)
  assert.ok(await isSignedIn(client), 'the password is enough again')
  const [event] = (await admin.must('GET', '/events?action=authenticators.reset')).items
  assert.deepEqual([event.detail.reason, event.detail.object.name], ['Lost on the train', 'tim'])
  assert.match((await toldTo('tim@example.com')).join('\n'), /Grund: Lost on the train/)
})

test('a browser that is trusted is listed to its owner, and trusted no more when they say so, or remove what they proved there', async () => {
  const id = (await admin.must('POST', '/users', { username: 'zoe', password: 'the password of zoe' })).id
  const zoe = { username: 'zoe', password: 'the password of zoe' }
  const first = await signedIn(zoe)
  const { secret } = await addApp(first)
  const trusting = new Client(server.url, { 'user-agent': 'Mozilla/5.0 Firefox/140.0' })
  await trusting.submit(await signIn(trusting, zoe), { code: codeOf(secret, 1), trust: 'on' })
  assert.ok(await isSignedIn(trusting))
  const [known, ...more] = (await apiAt(trusting)('GET', '/trusted-browsers')).json().items
  assert.deepEqual([known.current, known.userAgent, more], [true, 'Mozilla/5.0 Firefox/140.0', []])
  const [cookie = ''] = trusting.cookies.values()
  assert.ok(!JSON.stringify(known).includes(cookie.split('.')[0] ?? '?'), 'nothing of the cookie is told')
  assert.equal((await apiAt(first)('GET', '/trusted-browsers')).json().items[0].current, false)
  const leave = async () => void (await trusting.submit(await trusting.open('/if/flow/default-invalidation/')))
  await leave()
  assert.equal((await signIn(trusting, zoe)).url.pathname, landing, 'not asked again')
  const later = (await apiAt(trusting)('GET', '/trusted-browsers')).json().items[0]
  assert.equal((await apiAt(first)('DELETE', `/trusted-browsers/${later.id}`)).status, 204)
  assert.equal((await apiAt(first)('DELETE', `/trusted-browsers/${later.id}`)).status, 404)
  await leave()
  assert.equal((await signIn(trusting, zoe)).heading, 'Enter the code of your app')
  const [event] = (await admin.must('GET', '/events?action=browser.distrusted')).items
  assert.equal(event.detail.user, id)
})
