import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf, applyTo } from '../kit/api.ts'
import { addApp, age, apiAt, enrolled, secretOn, setupFlow } from '../kit/second-factor.ts'
import { Client, type Credentials, isSignedIn, landing } from '../kit/client.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'
import { attacked } from './attack.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'vic', 'kim', 'pat', 'sam'] as const
const persons = Object.fromEntries(names.map((username) => [username, { username, password: `the password of ${username}` }]))
const { ida, max, lou, zoe, vic, kim, pat, sam } = persons as Readonly<Record<(typeof names)[number], Credentials>>
const enrolling = { type: 'authenticator-setup', with: { authenticators: ['totp'] } }

let mail: MailServer
let server: TestServer
let admin: Api
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}`, email: `${name}@example.com` }])),
      settings: { mfa: { require: true }, email: sendingBy(mail) },
      flows: {
        credulous: { title: 'Credulous', designation: 'authentication', steps: [{ type: 'identification' }, enrolling] },
        moving: {
          title: 'Moving',
          designation: 'stage-configuration',
          steps: [
            { type: 'password', with: { confirm: true } },
            { type: 'prompt', with: { title: 'Address', fields: [{ key: 'email', type: 'email', required: true }] } },
            { type: 'user-write', with: { mode: 'update' } },
            enrolling,
          ],
        },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
  await admin.must('PATCH', `/users/${await idOf(vic)}`, { roles: ['admin'] })
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const idOf = async ({ username }: Credentials): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const devicesOf = async (person: Credentials): Promise<readonly any[]> =>
  (await admin.must('GET', `/devices?user=${await idOf(person)}`)).items
const appsOf = async (person: Credentials) => (await devicesOf(person)).filter(({ kind }) => kind === 'totp')
/** Somebody who has just signed in for the first time, and so has set up an app and backup codes. */
const settled = async (person: Credentials) => {
  const { client, secret } = await enrolled(server, person)
  assert.ok(await isSignedIn(client))
  return { client, secret, api: apiAt(client) }
}
const allSent = () => allDone(admin, 'notice')

test('a session that was stolen, and is older, sets up nothing: neither from the start, nor by a run from before', async () => {
  const { client } = await settled(ida)
  const begun = await client.submit(await client.open(setupFlow), {}, 'Authenticator app')
  assert.ok(secretOn(begun))
  await age(server, await idOf(ida), 16)
  const late = await client.submit(begun, { code: codeOf(secretOn(begun)) })
  assert.equal(late.status, 403, 'that the thief has an app of their own proves nothing')
  const page = await client.open(setupFlow)
  assert.deepEqual([page.url.pathname, page.heading], ['/if/flow/default-authentication/', 'Enter your password'])
  const json = await client.ask('/api/v1/flows/default-authenticator-setup/run', { json: {} })
  assert.equal(json.json().flow, 'default-authentication')
  assert.equal((await appsOf(ida)).length, 1)
})

test('nor does it remove anything, by itself or by a token that it makes; and an administrator’s resets nothing of its own', async () => {
  const { client, api } = await settled(vic)
  await addApp(client)
  const id = await idOf(vic)
  await age(server, id, 16)
  const apps = await appsOf(vic)
  assert.equal(apps.length, 2)
  const made = (await api('POST', '/tokens', { name: 'kept' })).json()
  const byToken = admin.as(made.token)
  for (const { id: device } of await devicesOf(vic)) {
    const refused = await api('DELETE', `/devices/${device}`)
    assert.deepEqual([refused.status, refused.json().code], [403, 'proof-needed'])
    assert.deepEqual([(await byToken('DELETE', `/devices/${device}`)).body.code], ['proof-needed'])
  }
  const reset = await api('POST', `/users/${id}/reset-authenticators`, { reason: 'I am the thief' })
  assert.deepEqual([reset.status, reset.json().code], [409, 'own-authenticators'])
  assert.equal((await byToken('POST', `/users/${id}/reset-authenticators`, { body: { reason: 'x' } })).status, 409)
  assert.equal((await appsOf(vic)).length, 2)
})

test('a proof anew is of the second factor too, and of nobody else', async () => {
  const { client } = await settled(kim)
  await age(server, await idOf(kim), 16)
  const first = await client.open(`/if/flow/default-authentication/?confirm=1&next=${setupFlow}`)
  const second = await client.submit(first, { password: kim.password })
  assert.equal(second.heading, 'Enter the code of your app')
  assert.equal((await client.open(setupFlow)).heading, 'Enter your password', 'the password alone is not enough')
  const typed = await client.ask(first.url, {
    body: { ...first.forms.find(({ method }) => method === 'post')?.fields, identifier: 'pat', password: pat.password } as Record<
      string,
      string
    >,
    headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
  })
  assert.notEqual(typed.status, 500)
  assert.match((await client.open(landing)).text, /signed in as kim/)
})

test('somebody else’s are not there, whatever is asked, and tokens do what their scopes say and no more', async () => {
  const { client } = await settled(lou)
  const [app] = await appsOf(lou)
  const other = await settled(pat)
  for (const [method, body] of [['DELETE'], ['PATCH', { name: 'mine' }]] as const)
    assert.equal((await other.api(method, `/devices/${app.id}`, body)).status, 404, method)
  assert.deepEqual((await other.api('GET', `/devices?user=${await idOf(lou)}`)).json().items, [])
  const scoped = async (...scopes: readonly string[]): Promise<Api> =>
    admin.as((await admin.must('POST', '/tokens', { name: 'x', user: await idOf(lou), scopes })).token)
  const none = await scoped('users.view')
  assert.deepEqual((await none('GET', '/devices')).body.permissions, ['devices.view'])
  assert.deepEqual((await none('PATCH', `/devices/${app.id}`, { body: { name: 'x' } })).body.permissions, ['devices.delete'])
  assert.equal((await none('DELETE', `/devices/${app.id}`)).status, 403)
  assert.equal((await none('GET', '/trusted-browsers')).status, 403)
  assert.equal((await appsOf(lou)).length, 1)
  assert.ok(await isSignedIn(client))
  const helper = await admin.must('POST', '/users', { username: 'helper' })
  await admin.must('POST', '/roles', { slug: 'resetter', spec: { name: 'Resetter', permissions: ['devices.view', 'devices.delete'] } })
  await admin.must('PATCH', `/users/${helper.id}`, { roles: ['resetter'] })
  const helping = admin.as((await admin.must('POST', '/tokens', { name: 'x', user: helper.id })).token)
  const [more] = await appsOf(vic)
  assert.equal((await helping('DELETE', `/devices/${more.id}`)).status, 403, 'of whoever may do more')
  assert.equal((await helping('POST', `/users/${await idOf(vic)}/reset-authenticators`, { body: { reason: 'x' } })).status, 403)
})

test('where all need a second factor, nobody is left without: the only one stays, also of twenty removals at once', async () => {
  const { client, api } = await settled(max)
  const [only] = await appsOf(max)
  const refused = await api('DELETE', `/devices/${only.id}`)
  assert.deepEqual([refused.status, refused.json().code], [409, 'second-factor-required'])
  await addApp(client)
  const apps = await appsOf(max)
  assert.equal(apps.length, 2)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => api('DELETE', `/devices/${apps[index % 2].id}`)))
  assert.equal(answers.filter(({ status }) => status === 204).length, 1)
  assert.equal((await appsOf(max)).length, 1)
  assert.ok(
    (await devicesOf(max)).some(({ kind }) => kind === 'recovery-codes'),
    'and the backup codes with it',
  )
})

test('whoever changes the address and sets something up in one go is told of at the address from before', async () => {
  const { client } = await settled(zoe)
  await allSent()
  const sent = mail.received.length
  const address = await client.submit(await client.open('/if/flow/moving/'), { password: zoe.password })
  const page = await client.submit(address, { email: 'thief@example.com' })
  await client.submit(page, { code: codeOf(secretOn(page)) })
  assert.equal((await appsOf(zoe)).length, 2)
  await allSent()
  const told = mail.received.slice(sent).filter((message) => /authenticator was added/.test(readable(message)))
  assert.deepEqual(
    told.map(({ to }) => to.join()),
    ['zoe@example.com'],
  )
})

test('setting something up proves nobody: a flow that asks for no other proof signs nobody in as somebody else', async () => {
  await applyTo(server, { version: 1, settings: { mfa: { require: false } } })
  const thief = new Client(server.url)
  const page = await thief.submit(await thief.open('/if/flow/credulous/'), { identifier: 'sam' })
  const done = await thief.submit(page, { code: codeOf(secretOn(page)) })
  assert.equal(done.status, 403)
  assert.ok(!(await isSignedIn(thief)))
  assert.deepEqual(await devicesOf(sam), [])
})
