import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, landing, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { apiAt, enrolled } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { putDevice } from '../kit/stored-devices.ts'

const eve = { username: 'eve', password: 'the long password of eve' }
let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: configuration({ users: { eve: { password: eve.password } }, settings: { mfa: { require: false } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const idOf = async (username: string): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const requireAll = () => admin('PATCH', '/settings/mfa', { body: { spec: { require: true } }, headers: { 'if-match': '*' } })
const refused = async (person: Credentials): Promise<void> => {
  const client = new Client(server.url)
  const page = await signIn(client, person)
  assert.equal(page.status, 403)
  assert.match(page.text, /cannot be used any more. Ask your administrators to reset it/)
  assert.ok(!(await isSignedIn(client)))
}
const logged = (id: string): readonly string[] =>
  server
    .logs()
    .split('\n')
    .filter((line) => line.includes(id) && /cannot be used/.test(line))

test('a device that cannot be opened, and one that its authenticator breaks at, keep nobody from their lists', async () => {
  const bob = await idOf('bob')
  const client = new Client(server.url)
  assert.equal((await signIn(client, people.bob)).url.pathname, landing)
  const unreadable = await putDevice(server, { user: bob, kind: 'totp', name: 'My telephone', lost: true })
  // Its data are none of a passkey.
  const failing = await putDevice(server, { user: bob, kind: 'webauthn', name: 'My key', data: null })
  for (const items of [(await apiAt(client)('GET', '/devices')).json().items, (await admin.must('GET', `/devices?user=${bob}`)).items])
    assert.deepEqual(
      items.map(({ name, description, broken }: Record<string, unknown>) => [name, description, broken]),
      [
        ['My telephone', null, 'unreadable'],
        ['My key', null, 'failing'],
      ],
    )
  await refused(people.bob)
  await refused(people.bob)
  for (const id of [unreadable, failing]) {
    const [line, ...more] = logged(id)
    assert.match(line ?? '', new RegExp(bob))
    assert.deepEqual(more, [], 'once')
  }
  // Of whoever could not be told, browsers hear nothing: they would forget what is missing.
  assert.deepEqual((await apiAt(client)('GET', '/me/authenticators')).json().signals, [])

  assert.equal((await apiAt(client)('DELETE', `/devices/${unreadable}`)).status, 204)
  await refused(people.bob)
  assert.equal((await admin('DELETE', `/devices/${failing}`)).status, 204)
  assert.equal((await signIn(new Client(server.url), people.bob)).url.pathname, landing)
})

test('whoever has another one uses that, and cannot leave themselves with a broken one alone where all need one', async () => {
  assert.equal((await requireAll()).status, 200)
  const { client, backupCodes } = await enrolled(server, people.ada)
  const ada = await idOf('ada')
  const broken = await putDevice(server, { user: ada, kind: 'totp', name: 'Lost', lost: true, usedAt: Date.now() + 1000 })
  const items = (await apiAt(client)('GET', '/devices')).json().items
  const good = items.find((item: any) => item.kind === 'totp' && item.id !== broken)
  assert.equal((await apiAt(client)('DELETE', `/devices/${good.id}`)).json().code, 'second-factor-required')

  const again = new Client(server.url)
  const page = await signIn(again, people.ada)
  assert.equal(page.heading, 'Enter the code of your app')
  const codes = await again.submit(await again.submit(page, {}, 'Use another way'), {}, 'Backup codes')
  assert.equal((await again.submit(codes, { code: backupCodes[0] ?? '' })).url.pathname, landing)
  assert.equal((await apiAt(again)('DELETE', `/devices/${broken}`)).status, 204)
})

test('where all need a second factor, whoever has a broken one alone is let in by an administrator’s reset, and by nothing else', async () => {
  await requireAll()
  const id = await idOf('eve')
  await putDevice(server, { user: id, kind: 'webauthn', lost: true })
  await refused(eve)
  await admin.must('POST', `/users/${id}/reset-authenticators`, { reason: 'Its key was lost.' })
  assert.equal((await signIn(new Client(server.url), eve)).heading, 'Set up another way to show that it is you')
})
