// Passing a step that waits for a message before there is one: the mail server is away all the time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, type Page, signIn } from '../kit/client.ts'
import { freePort, startServer, type TestServer } from '../kit/server.ts'
import { putDevice } from '../kit/stored-devices.ts'
import { attacked } from './attack.ts'

const names = ['ida', 'max'] as const
const [ida, max] = names.map((username) => ({ username, password: `the password of ${username}` })) as [Credentials, Credentials]
const flow = '/api/v1/flows/default-recovery/run'

let server: TestServer
before(async () => {
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}`, email: `${name}@example.com` }])),
      authenticators: {
        'email-otp': { type: 'email-otp' },
        totp: { type: 'totp', enabled: false },
        webauthn: { type: 'webauthn', enabled: false },
      },
      settings: {
        mfa: { require: true },
        email: { host: '127.0.0.1', port: await freePort(), security: 'none', from: 'sluice@example.com' },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(() => server?.stop())

/** What might be taken for a code, or for the word that there was one. */
const attempts: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { code: '' },
  { code: '000000' },
  { code: ' ' },
  { code: null },
  { code: ['000000'] },
  { code: 'null', name: 'null', sent: 'null' },
  { proof: 'email-otp', proves: 'email-otp', passed: true, sent: 'x', name: 'x' },
]

test('a code by mail that was not sent yet is no code, to set it up or to prove it', async () => {
  const [user] = (await apiOf(server.url, adminToken).must('GET', '/users?username=max')).items
  await putDevice(server, { user: user.id, kind: 'email-otp', data: { email: 'max@example.com' } })
  for (const [person, heading] of [
    [ida, 'Set up codes by e-mail'],
    [max, 'Enter the code from your e-mail'],
  ] as const) {
    const client = new Client(server.url)
    const page = await signIn(client, person)
    assert.equal(page.heading, heading, page.text)
    const run = page.url.searchParams.get('run')
    const ask = (json: object): Promise<Page> => client.ask('/api/v1/flows/default-authentication/run', { json })
    for (const answer of attempts) {
      const { challenge } = (await ask({ run })).json()
      const answered = await ask({ run, challenge, answer })
      assert.ok([200, 400, 422].includes(answered.status), `${answered.status} ${answered.body}`)
      if (answer['code'] === '000000') assert.equal(answered.status, 422)
      assert.ok(!answered.json().done, JSON.stringify(answer))
      assert.ok(!(await isSignedIn(client)), JSON.stringify(answer))
    }
  }
})

test('a link that was not opened is no proof: no answer leads past the step that mails it', async () => {
  const client = new Client(server.url)
  const ask = (json: object): Promise<Page> => client.ask(flow, { json })
  const first = (await ask({})).json()
  const asked = (await ask({ run: first.run, challenge: first.challenge, answer: { identifier: 'ida' } })).json()
  assert.equal(asked.step, 'email-2')
  const { run } = asked
  for (const answer of [...attempts, { link: 'x' }, { proof: 'email-link', opened: true }, { password: 'chosen by a thief' }]) {
    const { challenge } = (await ask({ run })).json()
    const answered = (await ask({ run, challenge, answer })).json()
    assert.ok(!answered.done && (answered.step ?? 'email-2') === 'email-2', JSON.stringify([answer, answered]).slice(0, 300))
  }
  assert.equal((await signIn(new Client(server.url), { ...ida, password: 'chosen by a thief' })).status, 422)
})

test('a flow cannot take the step that mails a link for one that waits until it was opened', async () => {
  const asksNew = { type: 'prompt', with: { title: 'New', fields: [{ key: 'password', type: 'password', required: true }] } }
  const steps = [{ type: 'identification' }, { type: 'email', with: { flow: 'recovery-by-email' } }, asksNew]
  const document = { version: 1, flows: { 'goes-on': { title: 'Recovery', designation: 'recovery', steps } } }
  const { status, text } = await apiOf(server.url, adminToken)('POST', '/configuration/apply', { body: document })
  assert.deepEqual([status, /email-2.* ends every run that comes to it/.test(text)], [422, true], text)
})
