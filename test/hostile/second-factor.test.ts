import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, type Credentials, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { enrolled } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'

const names = ['kay', 'lee', 'mia'] as const
const [kay, lee, mia] = names.map((username) => ({ username, password: `the password of ${username}` })) as [
  Credentials,
  Credentials,
  Credentials,
]
let server: TestServer
before(async () => {
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}` }])),
      settings: { mfa: { require: true, trust: '30d' } },
      flows: {
        forgetful: { title: 'Forgetful', designation: 'authentication', steps: [{ type: 'identification' }, { type: 'password' }] },
      },
    }),
  })
})
after(() => server?.stop())

/** Somebody who has proved the password, at a browser of their own. */
const atCode = async (person: Credentials): Promise<{ client: Client; page: Page }> => {
  const client = new Client(server.url)
  return { client, page: await signIn(client, person) }
}

test('guesses at codes are limited across sessions, and not at a browser that the user knows', async () => {
  const { client: known, secret } = await enrolled(server, kay)
  const seen: number[] = []
  for (let i = 0; i < 12; i++) {
    const { client, page } = await atCode(kay)
    seen.push((await client.submit(page, { code: '000000' })).status)
  }
  assert.deepEqual([new Set(seen.slice(0, 10)), seen.slice(10)], [new Set([422]), [429, 429]])
  const { client, page } = await atCode(kay)
  assert.equal((await client.submit(page, { code: codeOf(secret, 1) })).status, 429, 'the right one is not looked at either')
  await known.submit(await known.open('/if/flow/default-invalidation/'), {})
  const own = await known.submit(await signIn(known, kay), { code: codeOf(secret, 1) })
  assert.equal(own.url.pathname, landing)
})

test('of browsers that send one code at the same time one comes in', async () => {
  const { secret, backupCodes } = await enrolled(server, lee)
  // Fewer than the limit on guesses, which would stop them otherwise.
  const waiting = await Promise.all(Array.from({ length: 8 }, () => atCode(lee)))
  const code = codeOf(secret, 1)
  const ends = await Promise.all(waiting.map(({ client, page }) => client.submit(page, { code })))
  assert.equal(ends.filter(({ url }) => url.pathname === landing).length, 1)
  const left = waiting.filter((_, index) => ends[index]?.url.pathname !== landing).slice(0, 1)
  for (const { client, page } of left) {
    const run = page.url
    const again = await client.open(run)
    const codes = await client.submit(await client.submit(again, {}, 'Use another way'), {}, 'Backup codes')
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.send(codes, { code: backupCodes[0] ?? '' })))
    assert.ok(answers.every(({ status }) => status < 500))
    assert.ok(await isSignedIn(client))
  }
})

test('a step that is not there is no way around a second factor: a flow without one signs nobody in', async () => {
  const client = new Client(server.url)
  const page = await signIn(client, mia, '/if/flow/forgetful/')
  assert.equal(page.status, 403, page.text)
  assert.ok(!(await isSignedIn(client)))
})

test('a browser that one user trusts asks another for theirs, and trust is none without a proof', async () => {
  const { client, secret } = await enrolled(server, mia)
  await client.submit(await client.open('/if/flow/default-invalidation/'), {})
  const asked = await signIn(client, mia)
  assert.equal((await client.submit(asked, { code: '000000', trust: 'on' })).status, 422)
  const trusted = await client.submit(await client.open(asked.url), { code: codeOf(secret, 1), trust: 'on' })
  assert.equal(trusted.url.pathname, landing)
  await client.submit(await client.open('/if/flow/default-invalidation/'), {})
  assert.equal((await signIn(client, mia)).url.pathname, landing, 'the user who trusts it is not asked')
  await client.submit(await client.open('/if/flow/default-invalidation/'), {})
  const other = await signIn(client, kay)
  assert.notEqual(other.url.pathname, landing)
  assert.match(other.heading, /code of your app/)
})
