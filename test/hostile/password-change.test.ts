import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { limits } from '../../core/engine/limits.ts'
import { apiOf } from '../kit/api.ts'
import { Client, type Credentials, landing, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress } from './attack.ts'

const persons = Object.fromEntries(
  ['ida', 'max', 'lou', 'zoe', 'vic'].map((username) => [username, { username, password: `the password of ${username}` }]),
)
const { ida, max, lou, zoe, vic } = persons as Readonly<Record<'ida' | 'max' | 'lou' | 'zoe' | 'vic', Credentials>>
const asksNew = { title: 'New', fields: [{ key: 'password', type: 'password', required: true }] }
const forgetful = [
  { type: 'prompt', with: asksNew },
  { type: 'user-write', with: { mode: 'update' } },
]

let server: TestServer
before(async () => {
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(
        Object.entries(persons).map(([name, { password }]) => [name, { password, ...(name === 'vic' && { roles: ['admin'] }) }]),
      ),
      flows: {
        forgetful: { title: 'Forgetful', designation: 'stage-configuration', steps: forgetful },
        'forgetful-join': { title: 'Forgetful', designation: 'enrollment', steps: forgetful },
        backwards: {
          title: 'Backwards',
          designation: 'stage-configuration',
          steps: [...forgetful, { type: 'identification' }, { type: 'password' }],
        },
      },
    }),
  })
})
after(() => server?.stop())

const flow = '/if/flow/default-password-change/'
const twice = (password: string) => ({ password, 'password-repeat': password })
const chosen = 'what the thief wants'
const signedIn = async (person: Credentials) => {
  const client = new Client(server.url)
  assert.equal((await signIn(client, person)).url.pathname, landing)
  return client
}
const isUnchanged = async (person: Credentials) => {
  await signedIn(person)
  assert.equal((await signIn(new Client(server.url), { ...person, password: chosen })).status, 422)
}

test('a session that was stolen sets no password without the one there is', async () => {
  const thief = await signedIn(ida)
  const page = await thief.open(flow)
  const { _csrf = '', _challenge = '' } = page.forms.find(({ method }) => method === 'post')?.fields ?? {}
  const run = page.url.searchParams.get('run') ?? ''
  for (const answer of [
    twice(chosen),
    { ...twice(chosen), password: '' },
    {},
    { confirm: 'true', ...twice(chosen) },
    { 'prompt-2.password': chosen },
  ]) {
    const answered = await thief.ask(page.url, { body: { _csrf, _challenge, ...answer } as Record<string, string> })
    assert.ok([200, 422].includes(answered.status), String(answered.status))
    assert.notEqual(answered.heading, 'New')
  }
  for (const step of ['prompt-2', 'user-write-3']) {
    const later = await thief.open(`${flow}?run=${run}&step=${step}`)
    assert.equal(later.heading, 'Enter your current password')
  }
  const json = await thief.ask('/api/v1/flows/default-password-change/run', { json: { run, challenge: '', answer: twice(chosen) } })
  assert.equal(json.json().step, 'password-1')
  await isUnchanged(ida)
})

test('a flow that forgot to ask for it changes no password either', async () => {
  const thief = await signedIn(ida)
  const own = await thief.submit(await thief.open('/if/flow/forgetful/'), twice(chosen))
  assert.deepEqual([own.status, own.text.includes('Nothing proved who you are')], [403, true])
  const nobody = await thief.submit(await thief.open('/if/flow/forgetful-join/'), twice(chosen))
  assert.equal(nobody.status, 403)
  // Proving to be somebody else changes nothing about whose password it would be.
  const named = await thief.submit(await thief.open('/if/flow/backwards/'), twice(chosen))
  const other = await thief.submit(named, { identifier: people.bob.username })
  assert.equal(other.status, 410, 'the run is about whoever is signed in')
  await isUnchanged(ida)
  await isUnchanged(people.bob)
})

test('guessing the password there is ends soon, whoever has the session', async () => {
  const thief = await signedIn(max)
  let tries = 0
  const guess = async (): Promise<number> => {
    let page = await thief.open(flow)
    for (;;) {
      page = await thief.submit(page, { password: 'a guess' })
      if (page.status !== 422) return page.status
      tries += 1
    }
  }
  assert.equal(await guess(), 403, 'a run takes so many')
  assert.equal(tries, limits.run - 1)
  assert.equal(await guess(), 403)
  const page = await thief.open(flow)
  assert.equal((await thief.submit(page, { password: max.password })).status, 429, 'even the right one is not looked at any more')
})

test('a form of another site, or without its token, changes nothing', async () => {
  const client = await signedIn(lou)
  const page = await client.submit(await client.open(flow), { password: lou.password })
  const { _csrf = '', _challenge = '' } = page.forms.find(({ method }) => method === 'post')?.fields ?? {}
  const body = { _csrf, _challenge, ...twice(chosen) }
  const evil = { origin: 'https://evil.tld', 'sec-fetch-site': 'cross-site' }
  assert.equal((await client.ask(page.url, { body, headers: evil })).status, 403)
  assert.equal((await client.ask(page.url, { body: { ...body, _csrf: 'guessed' } })).status, 403)
  const run = page.url.searchParams.get('run')
  const json = { run, challenge: _challenge, answer: twice(chosen) }
  assert.equal((await client.ask('/api/v1/flows/default-password-change/run', { json, headers: evil })).status, 403)
  await isUnchanged(lou)
})

test('a run is of no use at another browser, nor to whoever signs in at this one', async () => {
  const owner = await signedIn(zoe)
  const page = await owner.submit(await owner.open(flow), { password: zoe.password })
  const stranger = await signedIn(people.bob)
  assert.equal((await stranger.ask(page.url)).status, 410)
  const form = { ...page.forms.find(({ method }) => method === 'post')?.fields, ...twice(chosen) }
  assert.equal((await stranger.ask(page.url, { body: form as Record<string, string> })).status, 403)
  // The browser stays the same when somebody else signs in there for an application.
  await signIn(owner, people.bob, authorizeAddress({ prompt: 'login' }))
  assert.match((await owner.open(landing)).text, /signed in as bob/)
  const csrf = (await owner.open('/if/flow/default-password-change/')).forms.find(({ method }) => method === 'post')?.fields['_csrf'] ?? ''
  assert.equal((await owner.ask(page.url, { body: { ...form, _csrf: csrf } as Record<string, string> })).status, 410)
  await isUnchanged(zoe)
})

test('without a session there is nothing to change: whoever comes is asked to sign in', async () => {
  const nobody = new Client(server.url, { accept: 'application/json' })
  const first = await nobody.ask('/api/v1/flows/default-password-change/run', { json: {} })
  assert.deepEqual([first.status, first.json().flow], [200, 'default-authentication'])
})

test('nor by the API, whatever the person may do: not the password, and the address only after a proof', async () => {
  const thief = await signedIn(vic)
  const headers = { 'sec-fetch-site': 'same-origin', origin: server.url }
  const { user } = (await thief.ask('/api/v1/me', { headers })).json()
  const password = await thief.ask(`/api/v1/users/${user.id}/password`, { json: { password: chosen }, headers })
  assert.deepEqual([password.status, password.json().code], [403, 'proof-needed'])
  assert.match(password.json().detail, /\/if\/flow\/default-password-change\//)
  await isUnchanged(vic)

  const address = (email: string) => thief.ask(`/api/v1/users/${user.id}`, { method: 'PATCH', json: { email }, headers })
  assert.equal((await address('vic@example.com')).status, 200, 'who has just signed in may')
  const database = await openDatabase({ url: server.databaseUrl })
  const { proofs } = await database.sql
    .selectFrom('sessions')
    .select('proofs')
    .where('user_id', '=', user.id)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  const old = (JSON.parse(proofs) as { at: number }[]).map((proof) => ({ ...proof, at: proof.at - 16 * 60_000 }))
  await database.sql
    .updateTable('sessions')
    .set({ proofs: JSON.stringify(old) })
    .where('user_id', '=', user.id)
    .execute()
  await database.close()
  const late = await address('thief@example.com')
  assert.deepEqual([late.status, late.json().code], [403, 'proof-needed'])

  const made = await thief.ask('/api/v1/tokens', { json: { name: 'kept' }, headers })
  const byToken = apiOf(server.url, made.json().token)
  const own = `/users/${user.id}`
  for (const refused of [
    await byToken('PATCH', own, { body: { email: 'thief@example.com' }, headers: { 'if-match': '*' } }),
    await byToken('POST', `${own}/password`, { body: { password: chosen }, headers: { 'if-match': '*' } }),
  ])
    assert.deepEqual([refused.status, refused.body.code], [403, 'proof-needed'], 'a token that the thief makes proves nothing either')
  await isUnchanged(vic)
})
