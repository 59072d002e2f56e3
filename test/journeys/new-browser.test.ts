import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1'
const without = { username: 'tim', password: 'the password of tim' }
let mail: MailServer
let server: TestServer
let admin: Api

before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  const bob = { name: 'Bob Example', email: 'bob@example.com', password: people.bob.password, attributes: { locale: 'de' } }
  server = await startServer({
    apply: configuration({ users: { bob, tim: { password: without.password } }, settings: { email: sendingBy(mail) } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_TRUSTED_PROXIES: '127.0.0.1,::1' },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const browser = (userAgent: string, ip = '203.0.113.7') => new Client(server.url, { 'user-agent': userAgent, 'x-forwarded-for': ip })
const enter = async (client: Client, who: { readonly username: string; readonly password: string }): Promise<void> => {
  await signIn(client, who)
  assert.ok(await isSignedIn(client))
}
const leave = async (client: Client): Promise<void> => {
  await client.submit(await client.open('/if/flow/default-invalidation/'))
  assert.ok(!(await isSignedIn(client)))
}

/** What was sent since, when nothing more is to be sent. */
const sentSince = async (count: number): Promise<readonly { readonly to: string; readonly text: string }[]> => {
  await allDone(admin, 'notice')
  return mail.received.slice(count).map((message) => ({ to: message.to.join(), text: readable(message) }))
}
/** What people are told who sign in by `work`. */
const toldOf = async (work: () => Promise<void>) => {
  const count = mail.received.length
  await work()
  return sentSince(count)
}

test('whoever signs in at a second browser is told when, where and what to do, at the first one and from then on they are not', async () => {
  const [first, second] = [browser(iphone, '198.51.100.1'), browser(firefox)]
  assert.deepEqual(await toldOf(() => enter(first, people.ada)), [], 'of a new account')
  const [told, ...more] = await toldOf(() => enter(second, people.ada))
  assert.deepEqual([told?.to, more], ['ada@example.com', []])
  const text = told?.text ?? ''
  assert.match(text, /^Subject: Somebody signed in at a new browser\r$/m)
  assert.match(text, /Hello Ada Lovelace,\r\n/)
  assert.match(
    text,
    /When: \w+ \d+, \d{4} at [\d:]+\s[AP]M UTC\r\nBrowser: Firefox 140\r\nSystem: Windows\r\nIP address: 203\.0\.113\.7\r\n/,
  )
  assert.ok(text.includes(`at once:\r\n${server.url}/if/user/security\r\n`), text)
  assert.ok(text.includes(`<a href="${server.url}/if/user/security"`), text)
  assert.doesNotMatch(text, /iPhone|198\.51/)

  const again = async () => {
    for (const client of [first, second]) {
      await leave(client)
      await enter(client, people.ada)
    }
  }
  assert.deepEqual(await toldOf(again), [], 'both browsers know ada')
})

test('they are told in their language', async () => {
  const [told] = await toldOf(async () => {
    await enter(browser(firefox), people.bob)
    await enter(browser(iphone, '2001:db8::7'), people.bob)
  })
  assert.equal(told?.to, 'bob@example.com')
  assert.match(told?.text ?? '', /Guten Tag Bob Example,\r\n/)
  assert.match(told?.text ?? '', /Browser: Safari 19\r\nSystem: iPhone\r\nIP-Adresse: 2001:db8::7\r\n/)
  assert.match(told?.text ?? '', /Wenn Sie das nicht waren, beenden Sie sofort diese Sitzung, und ändern Sie Ihr Passwort:/)
})

test('who has no address is not told, nor anybody of where one somebody else is known', async () => {
  const shared = browser(firefox)
  const tellsBob = await toldOf(async () => {
    await enter(shared, without)
    await enter(browser(iphone), without)
    await leave(shared)
    await enter(shared, people.bob)
  })
  assert.deepEqual(
    tellsBob.map(({ to }) => to),
    ['bob@example.com'],
  )
})

test('a password that is chosen by an operator’s link is told as every other', async () => {
  const { items } = await admin.must('GET', '/users?username=bob')
  const { url } = await admin.must('POST', `/users/${items[0].id}/recovery-link`)
  const client = browser(firefox)
  const told = await toldOf(async () => {
    const page = await client.open(url)
    await client.submit(page.forms.some(({ fields }) => 'password' in fields) ? page : await client.submit(page), {
      password: 'chosen by the link',
      'password-repeat': 'chosen by the link',
    })
  })
  assert.equal(told.length, 1)
  assert.match(told[0]?.text ?? '', /das Passwort Ihres Kontos bob/)
})

test('signing in waits for no mail server, and nobody is told where settings say so', async () => {
  const change = async (spec: object) =>
    assert.equal((await admin('PUT', '/settings/email', { body: { spec }, headers: { 'if-match': '*' } })).status, 200)
  await change({ ...sendingBy(mail), securityMails: false })
  assert.deepEqual(await toldOf(() => enter(browser(firefox), people.ada)), [])

  // Nothing listens there.
  await change(sendingBy({ port: 1 }))
  await enter(browser(firefox), people.ada)
  await delay(200)
  const { items } = await admin.must('GET', '/jobs?kind=notice')
  assert.equal(items.length, 1)
  assert.equal((await admin('DELETE', '/settings/email', { headers: { 'if-match': '*' } })).status, 204)
  await enter(browser(iphone), people.ada)
})
