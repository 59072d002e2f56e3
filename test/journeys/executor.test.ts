import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ apply: configuration() })
})
after(() => server?.stop())

const run = '/api/v1/flows/default-authentication/run'
const program = (headers?: Readonly<Record<string, string>>) => new Client(server.url, { accept: 'application/json', ...headers })
const call = async (client: Client, body: object, path = run) => {
  const answer = await client.ask(path, { json: body })
  return { ...answer.json(), status: answer.status, type: answer.headers.get('content-type') }
}
const begin = async (client = program()) => ({ client, first: await call(client, {}) })
const next = ({ run: id, challenge }: { run: string; challenge: string }, answer: object) => ({ run: id, challenge, answer })
const problem = 'application/problem+json; charset=utf-8'

test('the same sign-in comes from the same screens', async () => {
  const { client, first } = await begin()
  assert.equal(first.status, 200)
  assert.deepEqual([first.flow, first.errors, first.screen.title.text], ['default-authentication', {}, 'Sign in'])
  assert.deepEqual(
    first.screen.nodes.map(({ node, name }: { node: string; name?: string }) => [node, name]),
    [
      ['field', 'identifier'],
      ['button', undefined],
      ['webauthn', 'credential'],
    ],
  )
  const second = await call(client, next(first, { identifier: 'ada' }))
  assert.deepEqual([second.run, second.screen.title.text], [first.run, 'Enter your password'])
  const done = await call(client, next(second, { password: people.ada.password }))
  assert.deepEqual([done.status, done.done, done.redirect], [200, true, '/'])
  assert.match((await client.ask('/')).text, /You are signed in as ada/)
})

test('where the browser goes afterwards is a path of ours, or home', async () => {
  for (const [wanted, redirect] of [
    ['/if/user/', '/if/user/'],
    ['//evil.tld', '/'],
  ]) {
    const client = program()
    const second = await call(client, next(await call(client, { next: wanted }), { identifier: 'ada' }))
    assert.equal((await call(client, next(second, { password: people.ada.password }))).redirect, redirect)
  }
})

test('a run that began as a page goes on as JSON, and the other way round', async () => {
  const client = program()
  const page = await client.open('/if/flow/redirect/')
  const shown = await call(client, { run: page.url.searchParams.get('run') })
  const second = await call(client, next(shown, { identifier: 'bob' }))
  page.url.searchParams.delete('step')
  const form = await client.open(page.url)
  assert.equal(form.heading, second.screen.title.text)
  assert.match((await signIn(client, people.bob, form)).text, /You are signed in as bob/)
})

test('errors are named by field, with their key and their text in the language asked for', async () => {
  const { client, first } = await begin(program({ 'accept-language': 'de' }))
  const empty = await call(client, next(first, { identifier: '' }))
  assert.equal(empty.status, 422)
  assert.deepEqual(
    [empty.errors.identifier.key, empty.errors.identifier.text],
    ['identification.empty', 'Bitte geben Sie an, wer Sie sind.'],
  )
  const second = await call(client, next(empty, { identifier: 'ada' }))
  const wrong = await call(client, next(second, { password: 'not the password' }))
  assert.deepEqual([wrong.status, wrong.errors[''].key], [422, 'password.wrong'])
  assert.notEqual(wrong.challenge, second.challenge)
  assert.equal((await call(client, next(wrong, { password: people.ada.password }))).done, true)
})

test('an answer to a challenge that is not open is not looked at', async () => {
  const { client, first } = await begin()
  const second = await call(client, next(first, { identifier: 'ada' }))
  for (const challenge of ['', 'made up', '__proto__']) {
    const stale = await call(client, { run: first.run, challenge, answer: { password: people.ada.password } })
    assert.deepEqual([stale.status, stale.notice?.key, stale.challenge], [200, 'core.form.stale', second.challenge])
  }
  assert.match((await client.open('/')).heading, /Sign in/)
})

test('an answer of the wrong shape is asked for again', async () => {
  const { client, first } = await begin()
  for (const answer of [{}, { identifier: 1 }, { identifier: ['ada'] }, { identifier: { $ne: '' } }, { password: 'x' }]) {
    const shown = await call(client, { run: first.run })
    assert.equal((await call(client, next(shown, answer))).status, 422)
  }
})

test('a run can be begun anew', async () => {
  const { client, first } = await begin()
  await call(client, next(first, { identifier: 'ada' }))
  const again = await call(client, { run: first.run, restart: true })
  assert.deepEqual([again.run, again.screen.title.text], [first.run, 'Sign in'])
})

test("another browser's run is as good as none", async () => {
  const { first } = await begin()
  const { client: other } = await begin()
  for (const body of [{ run: first.run }, next(first, { identifier: 'ada' }), { run: first.run, restart: true }, { run: 'made-up' }]) {
    const gone = await call(other, body)
    assert.deepEqual([gone.status, gone.code, gone.type], [404, 'no-such-run', problem])
  }
})

test('a run that has ended is over', async () => {
  const { client, first } = await begin()
  const second = await call(client, next(first, { identifier: 'ada' }))
  await call(client, next(second, { password: people.ada.password }))
  const over = await call(client, next(second, { password: people.ada.password }))
  assert.deepEqual([over.status, over.code, over.type], [410, 'over', problem])
})

test('only flows that anybody may open are opened', async () => {
  for (const flow of ['nothing', 'initial-setup', 'recovery-link', 'default-authorization-explicit-consent']) {
    const none = await call(program(), {}, `/api/v1/flows/${flow}/run`)
    assert.deepEqual([none.status, none.code], [404, 'no-such-flow'])
  }
  const link = await call(program(), { link: 'made up' }, '/api/v1/flows/initial-setup/run')
  assert.equal(link.status, 404)
})

test('the set-up can be made through its link', async () => {
  const link = new URL(server.setupLink ?? '').searchParams.get('link')
  const path = '/api/v1/flows/initial-setup/run'
  const client = program()
  const first = await call(client, { link }, path)
  const password = 'a long administrator password'
  const answer = { username: 'root', email: 'root@example.com', password, 'password-repeat': password }
  const done = await call(client, next(first, answer), path)
  assert.deepEqual([done.status, done.done], [200, true])
  assert.match((await client.open('/')).text, /You are signed in as root/)
  assert.equal((await call(program(), { link }, path)).status, 404)
})

test('pages of other sites cannot run flows', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
    const refused = await call(program(headers as unknown as Record<string, string>), {})
    assert.deepEqual([refused.status, refused.code], [403, 'cross-site'])
  }
})

test('signing out asks here, too', async () => {
  const { client, first } = await begin()
  const second = await call(client, next(first, { identifier: 'ada' }))
  await call(client, next(second, { password: people.ada.password }))
  const path = '/api/v1/flows/default-invalidation/run'
  const question = await call(client, {}, path)
  assert.equal((await call(client, next(question, { choice: 'stay' }), path)).redirect, '/')
  const again = await call(client, {}, path)
  assert.deepEqual((await call(client, next(again, { choice: 'sign-out' }), path)).done, true)
  assert.equal((await client.open('/')).heading, 'Sign in')
})
