// Where all users need a second factor: every way to a session, and what comes in by one factor alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Options, softwareAuthenticator } from '../../plugins/authenticators/webauthn/test/authenticator.ts'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { wiki } from '../kit/configuration.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { enrolled } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress, shop, token } from './attack.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'vic', 'kim', 'pat', 'sam'] as const
const persons = Object.fromEntries(names.map((username) => [username, { username, password: `the password of ${username}` }]))
const { ida, max, lou, zoe, vic, kim, pat, sam } = persons as Readonly<Record<(typeof names)[number], Credentials>>
const ada = { username: 'ada', password: 'correct horse battery staple' }
const identified = { type: 'identification' }
const byPassword = [identified, { type: 'password' }]
const asksNew = { type: 'prompt', with: { title: 'New', fields: [{ key: 'password', type: 'password', required: true }] } }

let server: TestServer
const admin = () => apiOf(server.url, adminToken)
before(async () => {
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}` }])),
      settings: { mfa: { require: true, trust: '30d' } },
      flows: {
        // Whoever wrote these forgot the second factor, or how little one passkey may prove.
        quick: { title: 'Quick', designation: 'authentication', steps: byPassword },
        'by-passkey': { title: 'By passkey', designation: 'authentication', steps: [identified] },
        passwordless: { title: 'Passwordless', designation: 'authentication', steps: [identified, { type: 'second-factor' }] },
        // A link of an operator that signs in whoever chose a password there.
        'recovery-link': {
          title: 'Welcome back',
          designation: 'authentication',
          entry: 'link',
          steps: [asksNew, { type: 'user-write', with: { mode: 'update' } }],
        },
      },
      applications: { shop: { name: 'Shop', provider: 'shop', flows: { authentication: 'quick' } } },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(() => server?.stop())

const leave = async (client: Client): Promise<void> => {
  await client.submit(await client.open('/if/flow/default-invalidation/'), {})
  assert.ok(!(await isSignedIn(client)))
}
const isAsked = (page: Page, what = 'Enter the code of your app'): void => assert.equal(page.heading, what, page.text)

type Step = {
  readonly run: string
  readonly challenge: string
  readonly step: string
  readonly screen?: { readonly nodes: readonly { readonly node: string; readonly name?: string; readonly options?: Options }[] }
  readonly done?: true
}
/** A browser that goes through a flow by JSON. */
const walk = async (flow: string, client = new Client(server.url)) => {
  let step!: Step
  let status = 0
  const ask = async (json: object): Promise<void> => {
    const page = await client.ask(`/api/v1/flows/${flow}/run`, { json })
    status = page.status
    step = page.json()
  }
  await ask({})
  return {
    client,
    get step() {
      return step
    },
    get status() {
      return status
    },
    /** What the page asks the browser for. */
    options: (): Options =>
      step.screen?.nodes.find(({ node }) => node === 'webauthn')?.options ?? assert.fail(JSON.stringify(step).slice(0, 300)),
    answer: (given: object) => ask({ run: step.run, challenge: step.challenge, answer: given }),
  }
}
/** Somebody with a passkey and backup codes, and no app. */
const withPasskey = async ({ username, password }: Credentials) => {
  const device = softwareAuthenticator({ origin: server.url })
  const at = await walk('default-authentication')
  await at.answer({ identifier: username })
  await at.answer({ password })
  await at.answer({ use: 'webauthn' })
  await at.answer({ credential: device.create(at.options()) })
  await at.answer({ saved: 'on' })
  assert.equal(at.step.done, true, JSON.stringify(at.step).slice(0, 300))
  return device
}
const link = async (person: Credentials): Promise<string> => {
  const [user] = (await admin().must('GET', `/users?username=${person.username}`)).items
  return (await admin().must('POST', `/users/${user.id}/recovery-link`)).url
}

test('a passkey whose device has not checked who uses it is one factor, and is asked for the other one', async () => {
  const device = await withPasskey(ida)
  const usual = await walk('default-authentication')
  await usual.answer({ credential: device.get(usual.options(), { verified: false }) })
  assert.equal(usual.step.step, 'password-2')
  assert.ok(!(await isSignedIn(usual.client)))
  await usual.answer({ password: ida.password })
  assert.equal(usual.step.done, true, 'with the password it is two')

  const without = await walk('by-passkey')
  await without.answer({ credential: device.get(without.options(), { verified: false }) })
  assert.deepEqual([without.status, await isSignedIn(without.client)], [403, false], 'a flow that asks for nothing more signs nobody in')
  const verified = await walk('by-passkey')
  await verified.answer({ credential: device.get(verified.options()) })
  assert.equal(verified.step.done, true, 'one that has checked is two factors')

  const passwordless = await walk('passwordless')
  await passwordless.answer({ credential: device.get(passwordless.options(), { verified: false }) })
  assert.equal(passwordless.step.step, 'second-factor-2', JSON.stringify(passwordless.step).slice(0, 300))
  await passwordless.answer({ credential: device.get(passwordless.options(), { verified: false }) })
  assert.ok(!(await isSignedIn(passwordless.client)), 'the same factor twice is one')
})

test('a link that signs in is one factor: of whoever has a second one it is not enough, nor of whoever has none', async () => {
  await enrolled(server, max)
  for (const person of [max, lou]) {
    const client = new Client(server.url)
    const page = await client.open(await link(person))
    const end = await client.submit(page, { password: 'what the thief wants', 'password-repeat': 'what the thief wants' })
    assert.deepEqual([end.status, await isSignedIn(client)], [403, false], end.text)
    assert.match(end.text, /second factor/i)
    assert.equal(
      (await signIn(new Client(server.url), { ...person, password: 'what the thief wants' })).status,
      422,
      'and nothing was written',
    )
  }
})

test('a flow of an application without a second factor gives it no code, whether somebody has one or not', async () => {
  await enrolled(server, zoe)
  for (const person of [zoe, sam]) {
    const client = new Client(server.url)
    const address = authorizeAddress({ client_id: shop.clientId, redirect_uri: shop.redirectUri, scope: 'openid' })
    const page = await signIn(client, person, address)
    assert.equal(page.to?.searchParams.get('code') ?? null, null, page.text)
    assert.ok(!(await isSignedIn(client)))
  }
})

test('what an application asks for is no way around it: levels, ages and prompts', async () => {
  await enrolled(server, vic)
  for (const changes of [
    {},
    { acr_values: '1' },
    { acr_values: 'unknown' },
    { max_age: '3600' },
    { prompt: 'login' },
    { prompt: 'consent' },
  ]) {
    const client = new Client(server.url)
    isAsked(await signIn(client, vic, authorizeAddress(changes)))
    const silent = await client.open(authorizeAddress({ prompt: 'none' }))
    assert.equal(silent.to?.searchParams.get('error'), 'login_required', JSON.stringify(changes))
    assert.equal((await client.ask('/api/v1/me', { headers: { accept: 'application/json' } })).status, 401)
  }
  const direct = await token(server, { grant_type: 'password', ...vic, client_id: wiki.clientId })
  assert.deepEqual([direct.status, direct.body['error']], [400, 'unsupported_grant_type'])
})

test('a browser that is trusted is asked where a fresh proof or a level is wanted, and trust is of its user alone', async () => {
  const { client, secret } = await enrolled(server, kim)
  await enrolled(server, pat)
  await leave(client)
  const trusted = await client.submit(await signIn(client, kim), { code: codeOf(secret, 1), trust: 'on' })
  assert.equal(trusted.url.pathname, landing)
  await leave(client)
  for (const changes of [{ prompt: 'login' }, { max_age: '0' }, { acr_values: '2' }])
    isAsked(await signIn(client, kim, authorizeAddress(changes)))
  isAsked(await signIn(client, pat))
  assert.equal((await signIn(client, kim)).url.pathname, landing, 'else it is not')
  const code = await client.open(authorizeAddress({ prompt: 'none', acr_values: '2' }))
  assert.equal(code.to?.searchParams.get('error'), 'login_required', 'a session without a second factor is none of that level')
})

test('whoever takes the browser of somebody who is signed in gets nothing of what that one has proved', async () => {
  const { client } = await enrolled(server, { username: 'bob', password: 'another long password' })
  const own = await client.open(landing)
  assert.match(own.text, /signed in as bob/)
  const other = await signIn(client, pat, authorizeAddress({ prompt: 'login', acr_values: '2' }))
  isAsked(other)
  assert.match((await client.open(landing)).text, /signed in as bob/, 'whoever has proved less takes no session over')
  const guessed = await client.submit(other, { code: '000000' })
  assert.equal(guessed.status, 422)
  const silent = await client.open(authorizeAddress({ prompt: 'none', login_hint: 'pat' }))
  assert.ok(silent.to?.searchParams.get('code'), 'it is the session of bob, for bob')
})

test('the grace period is for who has no second factor: whoever has one does not come in without it, by no flow', async () => {
  const spec = { require: true, grace: '7d', trust: '30d' }
  const { status } = await admin()('PUT', '/settings/mfa', { body: { spec }, headers: { 'if-match': '*' } })
  assert.equal(status, 200)
  await enrolled(server, ada)
  for (const [person, comesIn] of [
    [ada, false],
    [sam, true],
  ] as const) {
    const client = new Client(server.url)
    const page = await signIn(client, person, '/if/flow/quick/')
    assert.deepEqual([page.status, await isSignedIn(client)], [comesIn ? 200 : 403, comesIn], page.text)
  }
})
