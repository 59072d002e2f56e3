// What becomes of an account whose owner, or a thief, changes what it is signed in by: who may, who is told, and what ends.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { addApp, age, apiAt } from '../kit/second-factor.ts'
import { Client, type Credentials, isSignedIn, landing, signIn } from '../kit/client.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'
import { attacked } from './attack.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'vic'] as const
const persons = Object.fromEntries(names.map((username) => [username, { username, password: `the password of ${username}` }]))
const { ida, max, lou, zoe, vic } = persons as Readonly<Record<(typeof names)[number], Credentials>>
const address = { type: 'prompt', with: { title: 'Address', fields: [{ key: 'email', type: 'email', required: true }] } }
const password = { type: 'prompt', with: { title: 'Password', fields: [{ key: 'password', type: 'password', required: true }] } }
const write = { type: 'user-write', with: { mode: 'update' } }

let mail: MailServer
let server: TestServer
let admin: Api
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { password: `the password of ${name}`, email: `${name}@example.com` }])),
      settings: { mfa: { trust: '30d' }, email: sendingBy(mail) },
      flows: {
        // Whoever wrote it forgot that links and codes go to the address.
        'new-address': { title: 'Address', designation: 'stage-configuration', steps: [address, write] },
        // The address first: the mail about the password must not go there.
        'all-anew': {
          title: 'Anew',
          designation: 'stage-configuration',
          steps: [{ type: 'password', with: { confirm: true } }, address, write, password, { id: 'write-again', ...write }],
        },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const idOf = async ({ username }: Credentials): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const signedIn = async (person: Credentials, client = new Client(server.url)) => {
  assert.equal((await signIn(client, person)).url.pathname, landing)
  return client
}
const leave = async (client: Client): Promise<void> => void (await client.submit(await client.open('/if/flow/default-invalidation/'), {}))
/** What people are told of a change, and where, while `work` is done. */
const toldOf = async (work: () => Promise<void>) => {
  const sent = async () => {
    await allDone(admin, 'notice')
    return mail.received.filter((message) => !/new browser|signed in/i.test(/^Subject: .*$/m.exec(readable(message))?.[0] ?? ''))
  }
  const before = (await sent()).length
  await work()
  return (await sent()).slice(before).map((message) => `${message.to.join()}: ${/^Subject: (.*?)\r?$/m.exec(readable(message))?.[1]}`)
}
/** Somebody with an app, who trusts a browser, where nobody is signed in now. */
const trusting = async (person: Credentials) => {
  const own = await signedIn(person)
  const { secret } = await addApp(own)
  const browser = new Client(server.url)
  const asked = await signIn(browser, person)
  assert.equal((await browser.submit(asked, { code: codeOf(secret, 1), trust: 'on' })).url.pathname, landing)
  await leave(browser)
  return { own, secret, browser }
}
const isTrusted = async (browser: Client, person: Credentials): Promise<boolean> => {
  const page = await signIn(browser, person)
  if (page.url.pathname === landing) await leave(browser)
  else assert.equal(page.heading, 'Enter the code of your app', page.text)
  return page.url.pathname === landing
}
const chosen = 'another one that is long'
const change = async (client: Client, { password: old }: Credentials) => {
  const page = await client.submit(await client.open('/if/flow/default-password-change/'), { password: old })
  assert.equal((await client.submit(page, { password: chosen, 'password-repeat': chosen })).heading, 'Done')
}

test('another password: everybody else is signed out, no browser is trusted any more, and its owner is told', async () => {
  const { own, browser } = await trusting(ida)
  assert.ok(await isTrusted(browser, ida))
  const thief = new Client(server.url)
  thief.cookies.set('sluice', own.cookies.get('sluice') ?? assert.fail('no cookie'))
  assert.ok(await isSignedIn(thief))
  const told = await toldOf(() => change(own, ida))
  assert.deepEqual(told, ['ida@example.com: Your password was changed'])
  assert.deepEqual([await isSignedIn(own), await isSignedIn(thief)], [true, false], 'a cookie that was copied is of no use')
  const now = { ...ida, password: chosen }
  assert.ok(!(await isTrusted(browser, now)))
  const { items } = await admin.must('GET', `/trusted-browsers?user=${await idOf(ida)}`)
  assert.deepEqual(items, [])
})

test('a password that an operator sets ends them, too', async () => {
  const { own, browser } = await trusting(max)
  const id = await idOf(max)
  assert.equal((await admin('POST', `/users/${id}/password`, { body: { password: chosen } })).status, 204)
  assert.ok(!(await isSignedIn(own)))
  assert.ok(!(await isTrusted(browser, { ...max, password: chosen })))
})

test('an authenticator that is removed ends the trust of browsers, one that is added does not; of both the owner is told', async () => {
  const { own, browser } = await trusting(lou)
  const added = await toldOf(async () => void (await addApp(own)))
  assert.deepEqual(added, ['lou@example.com: An authenticator was added'])
  assert.ok(await isTrusted(browser, lou))
  const [first] = (await apiAt(own)('GET', '/devices')).json().items
  const removed = await toldOf(async () => assert.equal((await apiAt(own)('DELETE', `/devices/${first.id}`)).status, 204))
  assert.deepEqual(removed, ['lou@example.com: An authenticator was removed'])
  assert.ok(!(await isTrusted(browser, lou)))
})

test('whoever is disabled and enabled again finds no session and no trusted browser', async () => {
  const { own, browser } = await trusting(zoe)
  const id = await idOf(zoe)
  for (const enabled of [false, true]) await admin.must('PATCH', `/users/${id}`, { enabled })
  assert.ok(!(await isSignedIn(own)))
  assert.ok(!(await isTrusted(browser, zoe)))
})

test('another address wants a fresh proof, whatever the flow forgot, and is told at the one from before', async () => {
  const own = await signedIn(vic)
  const id = await idOf(vic)
  const begun = await own.open('/if/flow/new-address/')
  await age(server, id, 16)
  const late = await own.submit(begun, { email: 'thief@example.com' })
  assert.deepEqual([late.status, /Nothing proved who you are/.test(late.text)], [403, true], late.text)
  const anew = await own.submit(await own.open('/if/flow/new-address/'), { email: 'thief@example.com' })
  assert.equal(anew.status, 403, 'nor in a run that begins then')
  assert.equal((await admin.must('GET', `/users/${id}`)).email, 'vic@example.com')
  assert.equal(
    (await own.submit(await own.open('/if/flow/new-address/'), { email: 'VIC@example.com' })).status,
    200,
    'the same one is none',
  )

  const confirming = await own.open('/if/flow/default-authentication/?confirm=1&next=/if/flow/new-address/')
  const told = await toldOf(async () => {
    const page = await own.submit(confirming, { password: vic.password })
    assert.equal((await own.submit(page, { email: 'vic@example.org' })).status, 200)
  })
  assert.deepEqual(told, ['VIC@example.com: Your e-mail address was changed'])
})

test('whoever changes everything in one go is told of all of it at the address from before', async () => {
  const own = await signedIn({ username: 'bob', password: 'another long password' })
  const told = await toldOf(async () => {
    const page = await own.submit(await own.open('/if/flow/all-anew/'), { password: 'another long password' })
    const next = await own.submit(page, { email: 'thief@example.com' })
    assert.equal((await own.submit(next, { password: chosen, 'password-repeat': chosen })).heading, 'Done')
  })
  assert.deepEqual(told.toSorted(), ['bob@example.com: Your e-mail address was changed', 'bob@example.com: Your password was changed'])
})
