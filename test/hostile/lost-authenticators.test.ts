// An authenticator that falls out of use by a fault of ours, or of whoever wrote it, is no way in for who knows a password.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, landing, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { apiAt, setupFlow } from '../kit/second-factor.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { putDevice } from '../kit/stored-devices.ts'

const source = `
import { ask, defineAuthenticator, definePart, definePlugin, literal, pass, retry, screen, Type } from 'sluice/plugin'
const answer = Type.Object({ word: Type.String() })
const part = definePart({
  answer,
  show: () => ask(screen(literal('Your card'), { node: 'field', input: 'text', name: 'word', label: literal('Word'), required: true }, { node: 'button', label: literal('Go') })),
  submit: (_, { word }) => (word === 'sesame' ? pass({ proof: 'card' }) : retry({ word: literal('no') })),
})
const authenticator = defineAuthenticator({
  kind: 'card', label: literal('Card'), description: literal('A card'), settings: Type.Object({}),
  proves: () => ({ card: ['possession'] }), enrol: part, verify: part,
})
export default definePlugin({ id: 'card', version: '1.0.0', api: '^1', authenticators: [authenticator] })`

const directory = join(temporaryDirectory(), 'plugins')
const write = (text: string): void => writeFileSync(join(directory, 'card.ts'), text)
let server: TestServer
let admin: Api
before(async () => {
  mkdirSync(directory)
  write(source)
  server = await startServer({
    apply: configuration({
      authenticators: { card: { type: 'card' } },
      flows: { quick: { title: 'Quick', designation: 'authentication', steps: [{ type: 'identification' }, { type: 'password' }] } },
    }),
    env: { SLUICE_PLUGINS: directory, SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const cameTo = async (person: Credentials) => {
  const client = new Client(server.url)
  const page = await signIn(client, person)
  return { isIn: await isSignedIn(client), heading: page.heading, status: page.status, path: page.url.pathname }
}

test('a plugin that cannot be loaded lets nobody in by a password alone who has set up what it brought; disabling it on purpose does', async () => {
  const id = (await admin.must('GET', `/users?username=${people.bob.username}`)).items[0].id
  await putDevice(server, { user: id, kind: 'card', data: null })
  assert.deepEqual((await cameTo(people.bob)).heading, 'Your card')
  write('throw new Error("broken by its update")')
  await server.restart()
  const { isIn, status } = await cameTo(people.bob)
  assert.deepEqual([isIn, status], [false, 403])
  assert.equal((await cameTo(people.ada)).path, landing, 'others go on')

  const thief = new Client(server.url)
  await signIn(thief, people.bob, '/if/flow/quick/')
  assert.ok(await isSignedIn(thief), 'where the password is enough')
  const setUp = await thief.open(setupFlow)
  assert.deepEqual([setUp.status, setUp.links['Authenticator app']], [403, undefined], setUp.text)
  const [card] = (await admin.must('GET', `/devices?user=${id}`)).items
  assert.equal((await apiAt(thief)('DELETE', `/devices/${card.id}`)).status, 403)

  write(source)
  await server.restart()
  assert.equal((await cameTo(people.bob)).heading, 'Your card')
  const disabled = await admin('PATCH', '/authenticators/card', { body: { spec: { enabled: false } }, headers: { 'if-match': '*' } })
  assert.equal(disabled.status, 200)
  assert.ok((await cameTo(people.bob)).isIn, 'whoever disables it means it')
})
