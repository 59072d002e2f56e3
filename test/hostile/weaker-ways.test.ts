// Where some flows ask for less than others, and what is left of a sign-in that was begun before something changed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, landing, signIn } from '../kit/client.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { addApp, apiAt, chooseApp, secretOn, setupFlow } from '../kit/second-factor.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { attacked, authorizeAddress, shop } from './attack.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'kim', 'pat', 'sam', 'vic', 'amy', 'joe'] as const
const persons = Object.fromEntries(names.map((username) => [username, { username, password: `the password of ${username}` }]))
const { ida, max, lou, zoe, kim, pat, sam, vic, amy, joe } = persons as Readonly<Record<(typeof names)[number], Credentials>>
const byPassword = [{ type: 'identification' }, { type: 'password' }]

let server: TestServer
let admin: Api
before(async () => {
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}` }])),
      settings: { mfa: { trust: '30d' } },
      applications: {
        shop: {
          name: 'Shop',
          provider: 'shop',
          flows: { authentication: 'strict', authorization: 'default-authorization-explicit-consent' },
        },
      },
      flows: {
        // For what is worth little, e.g. the menu of the canteen.
        quick: { title: 'Quick', designation: 'authentication', steps: byPassword },
        saving: {
          title: 'Saving',
          designation: 'authentication',
          steps: [
            ...byPassword,
            { type: 'second-factor', with: { require: 'always' } },
            { type: 'authenticator-setup', with: { authenticators: ['recovery-codes'], ask: 'enrolled' } },
          ],
        },
        adding: {
          title: 'Adding',
          designation: 'stage-configuration',
          steps: [{ type: 'password', with: { confirm: true } }, { type: 'authenticator-setup' }],
        },
        strict: {
          title: 'Strict',
          designation: 'authentication',
          steps: [...byPassword, { type: 'second-factor', with: { require: 'always' } }],
        },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

const idOf = async ({ username }: Credentials): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const appsOf = async (person: Credentials) =>
  (await admin.must('GET', `/devices?user=${await idOf(person)}`)).items.filter(({ kind }: { kind: string }) => kind === 'totp')
/** Somebody who has set an app up, and whoever knows their password and nothing more, who signs in where that is enough. */
const withThief = async (person: Credentials) => {
  const owner = new Client(server.url)
  await signIn(owner, person)
  const { secret } = await addApp(owner)
  return { secret, thief: new Client(server.url) }
}

test('the password alone, at a flow that asks for no more, adds no second factor to an account that has one, and removes none', async () => {
  const { thief } = await withThief(ida)
  await signIn(thief, ida, '/if/flow/quick/')
  assert.ok(await isSignedIn(thief))
  const page = await thief.open(setupFlow)
  assert.notEqual(page.heading, 'Set up another way to show that it is you', page.text)
  const [app] = await appsOf(ida)
  const removed = await apiAt(thief)('DELETE', `/devices/${app.id}`)
  assert.deepEqual([removed.status, (await appsOf(ida)).length], [403, 1], removed.text)
})

test('nor does it in a session from before there was one, by typing it anew', async () => {
  const thief = new Client(server.url)
  await signIn(thief, joe)
  await delay(5)
  await withThief(joe)
  const typed = await thief.submit(await thief.open('/if/flow/adding/'), { password: joe.password })
  assert.equal(typed.heading, 'Enter the code of your app', typed.text)
})

test('guesses at codes are limited, however many browsers somebody gets known by a flow that asks for less', async () => {
  await withThief(max)
  const seen: number[] = []
  for (let browsers = 0; browsers < 5; browsers++) {
    const thief = new Client(server.url)
    await signIn(thief, max, '/if/flow/quick/')
    assert.ok(await isSignedIn(thief))
    await thief.submit(await thief.open('/if/flow/default-invalidation/'), {})
    let page = await signIn(thief, max)
    for (let tries = 0; tries < 5 && page.status !== 429; tries++) {
      page = await thief.submit(page, { code: '000000' })
      seen.push(page.status)
    }
  }
  assert.equal(seen.filter((status) => status === 422).length, 10, seen.join())
})

test('guesses where somebody is signed in by the password alone, and would add something, count with those at sign-ins', async () => {
  const { thief } = await withThief(vic)
  await signIn(thief, vic, '/if/flow/quick/')
  let page = await thief.open(setupFlow)
  assert.equal(page.heading, 'Enter the code of your app')
  const seen: number[] = []
  for (const client of [thief, new Client(server.url)]) {
    if (client !== thief) page = await signIn(client, vic)
    for (let tries = 0; tries < 9 && page.status !== 429; tries++) {
      page = await client.submit(page, { code: '000000' })
      seen.push(page.status)
    }
  }
  assert.equal(seen.filter((status) => status === 422).length, 10, seen.join())
})

test('whoever has come half way by the password of before does not come in after it was changed, neither by a code nor by an app of their own', async () => {
  const setPassword = async (person: Credentials) =>
    assert.equal(
      (await admin('POST', `/users/${await idOf(person)}/password`, { body: { password: 'another one that is long' } })).status,
      204,
    )
  const { secret, thief } = await withThief(lou)
  const asked = await signIn(thief, lou)
  await setPassword(lou)
  const refused = await thief.submit(asked, { code: codeOf(secret, 1) })
  assert.deepEqual([refused.status, await isSignedIn(thief)], [403, false], refused.text)
  assert.match(refused.text, /password was changed/)

  const other = new Client(server.url)
  const choice = await signIn(other, zoe, '/if/flow/strict/')
  const app = await chooseApp(other, choice)
  await setPassword(zoe)
  const late = await other.submit(app, { code: codeOf(secretOn(app)) })
  assert.deepEqual([late.status, await isSignedIn(other), await appsOf(zoe)], [403, false, []], late.text)
})

const shopping = authorizeAddress({ client_id: shop.clientId, redirect_uri: shop.redirectUri, scope: 'openid email', acr_values: '2' })
test('what somebody is about to set up by the password alone is not added beside what its owner has set up meanwhile', async () => {
  const thief = new Client(server.url)
  const app = await chooseApp(thief, await signIn(thief, amy, '/if/flow/saving/'))
  const codes = await thief.submit(app, { code: codeOf(secretOn(app)) })
  assert.equal(codes.heading, 'Save your backup codes')
  await withThief(amy)
  const late = await thief.submit(codes, { saved: 'on' })
  assert.deepEqual([late.status, await isSignedIn(thief), (await appsOf(amy)).length], [403, false, 1], late.text)
})

/** Whoever is signed in proves anew who they are, where the password alone is enough for that. */
const confirmByLess = async (client: Client, { password }: Credentials) =>
  assert.equal((await client.submit(await client.open('/if/flow/quick/?confirm=1'), { password })).url.pathname, landing)

test('whoever confirms by less while an application waits for a yes gives it no answer of the lower level', async () => {
  const { secret, thief: client } = await withThief(kim)
  const asked = await signIn(client, kim, shopping)
  const consent = await client.submit(asked, { code: codeOf(secret, 1) })
  assert.match(consent.heading, /^Allow Shop/)
  await confirmByLess(client, kim)
  const page = await client.submit(await client.open(consent.url), {}, 'Allow')
  assert.deepEqual([page.to, page.heading], [undefined, 'Enter the code of your app'], page.text)
})

test('nor has a session passed the flow of an application that the one before it had passed, whose proofs do not count any more', async () => {
  const { secret, thief: client } = await withThief(pat)
  const address = shopping.replace('acr_values=2', '')
  const consent = await client.submit(await signIn(client, pat, address), { code: codeOf(secret, 1) })
  assert.ok((await client.submit(consent, {}, 'Allow')).to?.searchParams.get('code'))
  assert.ok((await client.open(address)).to?.searchParams.get('code'))
  const asks = await client.open(`${address}&prompt=consent`)
  assert.match(asks.heading, /^Allow Shop/)
  await confirmByLess(client, pat)
  for (const page of [await client.open(address), await client.submit(await client.open(asks.url), {}, 'Allow')])
    assert.deepEqual([page.to, page.heading], [undefined, 'Enter the code of your app'], page.text)
})

test('a browser that is trusted is asked for the second factor where the one that was proved there is older than a sign-in may be', async () => {
  const { secret, thief: client } = await withThief(sam)
  await client.submit(await signIn(client, sam), { code: codeOf(secret, 1), trust: 'on' })
  const atWiki = (changes: Record<string, string>) => signIn(client, sam, authorizeAddress(changes))
  await delay(1100)
  assert.equal((await atWiki({ max_age: '1' })).heading, 'Enter the code of your app')
  await client.submit(await client.open('/if/flow/default-invalidation/'), {})
  assert.ok((await atWiki({ max_age: '3600' })).to?.searchParams.get('code'), 'a younger one does')
})
