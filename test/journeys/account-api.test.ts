import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { relyingParty } from '../kit/relying-party.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: configuration({
      applications: {
        handbook: { name: 'A Handbook', description: 'All rules.', launchUrl: 'https://handbook.example.com' },
        staff: { name: 'For Staff', launchUrl: 'https://staff.example.com', access: [{ group: 'staff' }] },
        proved: { name: 'Proved', launchUrl: 'https://proved.example.com', access: 'methods.includes("pwd")' },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const here = () => ({ origin: server.url, 'sec-fetch-site': 'same-origin' })
const idOf = async (username: string): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const tokenOf = async (username: string, more: object = {}): Promise<Api> =>
  admin.as((await admin.must('POST', '/tokens', { name: 'own', user: await idOf(username), ...more })).token)

test('one sees the applications that one may open, as on the page of one’s own', async () => {
  const client = new Client(server.url, { accept: 'application/json' })
  await signIn(client, people.ada)
  const { items } = (await client.ask('/api/v1/me/applications', { headers: here() })).json()
  assert.deepEqual(items[0], {
    slug: 'handbook',
    name: 'A Handbook',
    description: 'All rules.',
    icon: null,
    launchUrl: 'https://handbook.example.com',
  })
  const names = items.map(({ name }: { name: string }) => name)
  assert.deepEqual(names, ['A Handbook', 'For Staff', 'Proved', 'The Wiki'])
  const page = await client.ask('/', { headers: { accept: 'text/html' } })
  for (const name of names) assert.ok(page.body.includes(name), name)
  const byToken = async (username: string) =>
    (await (await tokenOf(username)).must('GET', '/me/applications')).items.map(({ slug }: { slug: string }) => slug)
  assert.deepEqual(await byToken('ada'), ['handbook', 'staff', 'wiki'], 'a token proves nothing')
  assert.deepEqual(await byToken('bob'), ['handbook', 'wiki'])
})

test('one changes one’s own name, and nothing that has to be proved', async () => {
  const bob = await tokenOf('bob')
  assert.equal((await bob.must('PATCH', '/me', { name: 'Robert' })).user.name, 'Robert')
  for (const field of ['username', 'email', 'enabled', 'roles'])
    assert.equal((await bob('PATCH', '/me', { body: { name: 'x', [field]: 'x' } })).status, 400, field)
  const limited = await tokenOf('bob', { scopes: ['users.view'] })
  assert.deepEqual((await limited('PATCH', '/me', { body: { name: 'x' } })).body.permissions, ['users.edit'])
  const [event] = (await admin.must('GET', `/events?action=user.updated&user=${await idOf('bob')}`)).items
  assert.deepEqual([event.detail.fields, event.detail.object.name], [['name'], 'bob'])
})

test('what was allowed is listed and taken back, and the tokens with it', async () => {
  const client = new Client(server.url)
  const notes = relyingParty(server.url, { clientId: 'notes' })
  const consent = await signIn(client, people.bob, notes.start({ scope: 'openid email offline_access' }))
  const { code = '' } = notes.answerOf(await client.submit(consent, {}, 'Allow'))
  const tokens = (await notes.redeem(code)).json()
  assert.ok(tokens.refresh_token)

  const [bob, ada] = [await tokenOf('bob'), await tokenOf('ada')]
  const [given] = (await bob.must('GET', '/consents')).items
  assert.deepEqual(
    [given.application, given.name, given.scopes, given.owner.username],
    ['notes', 'Notes', ['openid', 'email', 'offline_access'], 'bob'],
  )
  assert.deepEqual((await ada.must('GET', '/consents')).items, [])
  assert.equal((await ada('DELETE', `/consents/${given.id}`)).status, 404)
  assert.equal((await admin.must('GET', `/consents?application=notes&user=${given.user}`)).items.length, 1)
  assert.equal((await admin.must('GET', '/consents?application=wiki')).items.length, 0)
  const userinfo = async () =>
    (await fetch(`${server.url}/application/o/userinfo/`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status
  assert.equal(await userinfo(), 200)
  assert.equal((await bob('DELETE', `/consents/${given.id}`)).status, 204)
  assert.equal(await userinfo(), 401, 'the grant is revoked')
  assert.equal((await bob('DELETE', `/consents/${given.id}`)).status, 404)
  assert.match((await client.open(notes.start({ scope: 'openid' }))).text, /Allow/, 'it asks again')
})

test('API tokens outlive a new password and a time of being disabled, until all are revoked', async () => {
  const grace = await admin.must('POST', '/users', { username: 'grace', password: 'a long first password' })
  const token = await tokenOf('grace')
  const status = async () => (await token('GET', '/me')).status
  await admin.must('POST', `/users/${grace.id}/password`, { password: 'a long second password' })
  await admin.must('DELETE', `/users/${grace.id}/sessions`)
  assert.equal(await status(), 200)
  await admin.must('PATCH', `/users/${grace.id}`, { enabled: false })
  assert.equal(await status(), 401)
  await admin.must('PATCH', `/users/${grace.id}`, { enabled: true })
  assert.equal(await status(), 200)
  assert.equal((await (await tokenOf('bob'))('DELETE', `/users/${grace.id}/tokens`)).status, 403)
  assert.equal((await token('DELETE', `/users/${grace.id}/tokens`)).status, 204)
  assert.equal(await status(), 401)
  const [event] = (await admin.must('GET', '/events?action=user.tokens-revoked')).items
  assert.deepEqual([event.detail.object.name, event.detail.count], ['grace', 1])
})

test('the signing keys are told with their public halves alone', async () => {
  const { items } = await admin.must('GET', '/keys')
  assert.deepEqual(
    items.map((key: { algorithm: string; state: string }) => [key.algorithm, key.state]),
    [
      ['ES256', 'active'],
      ['EdDSA', 'active'],
      ['RS256', 'active'],
    ],
  )
  for (const { kid, jwk, pem } of items) {
    assert.deepEqual(
      ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].filter((member) => member in jwk),
      [],
    )
    assert.equal(jwk.kid, kid)
    assert.match(pem, /^-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----\n$/)
  }
  const database = await openDatabase({ url: server.databaseUrl })
  const sealed = await database.sql.selectFrom('signing_keys').select('private_sealed').execute()
  await database.close()
  const text = JSON.stringify(items)
  assert.ok(sealed.length === 3 && sealed.every((row) => !text.includes(row.private_sealed)))

  // A token that the server signed is good by the PEM.
  const wiki = relyingParty(server.url, { clientId: 'wiki' })
  const client = new Client(server.url)
  await signIn(client, people.ada)
  const { code = '' } = wiki.answerOf(await client.ask(wiki.start()))
  const [header = '', payload, signature = ''] = (await wiki.redeem(code)).json().id_token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const { pem } = items.find((key: { kid: string }) => key.kid === kid)
  assert.ok(verify('sha256', Buffer.from(`${header}.${payload}`), createPublicKey(pem), Buffer.from(signature, 'base64url')))
})
