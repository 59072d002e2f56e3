// Using a link by which somebody chooses a new password when it should be of no use any more, whoever made it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, type Credentials, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'
import { attacked } from './attack.ts'

const personOf = (username: string): Credentials => ({ username, password: `the password of ${username}` })
const kinds = ['handed', 'mailed'] as const
const names = kinds.flatMap((kind) => ['once', 'crowd', 'own', 'gone', 'moved'].map((name) => `${kind}-${name}`))
const chosen = 'what the thief wants'
const twice = (password: string) => ({ password, 'password-repeat': password })

let mail: MailServer
let server: TestServer
let admin: Api
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: attacked({
      users: Object.fromEntries(names.map((name) => [name, { email: `${name}@example.com`, password: personOf(name).password }])),
      settings: { email: { ...sendingBy(mail), securityMails: false } },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const stranger = () => new Client(server.url)
const idOf = async (username: string): Promise<string> => (await admin.must('GET', `/users?username=${username}`)).items[0].id
const makes: Readonly<Record<(typeof kinds)[number], (username: string) => Promise<string>>> = {
  handed: async (username) => (await admin.must('POST', `/users/${await idOf(username)}/recovery-link`)).url,
  async mailed(username) {
    const since = mail.received.length
    const client = stranger()
    await client.submit(await client.open('/if/flow/default-recovery/'), { identifier: username })
    for (let tries = 0; tries < 300; tries++) {
      const found = mail.received.slice(since).find(({ to }) => to.join() === `${username}@example.com`)
      if (found) return /https?:\/\/\S+\?link=[\w-]+/.exec(readable(found))?.[0] ?? assert.fail(readable(found))
      await delay(50)
    }
    return assert.fail('no link was mailed')
  },
}
const isDead = async (link: string): Promise<void> => {
  const page = await stranger().open(link)
  assert.deepEqual([page.status, page.heading], [404, 'This link no longer works'], page.text)
}
const isRefused = (page: Page): void => {
  assert.equal(page.status, 403, page.text)
  assert.match(page.text, /This link has been used or has expired/)
}
const getsIn = async (username: string, password: string): Promise<boolean> =>
  (await signIn(stranger(), { username, password })).url.pathname === landing
/** A link, and a browser of whoever got hold of it, where it was opened. */
const opened = async (kind: (typeof kinds)[number], name: string) => {
  const link = await makes[kind](name)
  const client = stranger()
  const page = await client.open(link)
  assert.equal(page.heading, 'Choose a new password', page.text)
  return { link, client, page }
}

for (const kind of kinds) {
  const of = (what: string) => `a link that is ${kind}: ${what}`

  test(of('works once, also in the browser where it was used, and signs nobody in'), async () => {
    const name = `${kind}-once`
    const { link, client, page } = await opened(kind, name)
    assert.equal((await client.submit(page, twice('the first one that was chosen'))).heading, 'Done')
    assert.ok(!(await isSignedIn(client)))
    assert.notEqual((await client.submit(page, twice(chosen))).heading, 'Done', 'the page of before is over')
    const again = await client.open(link)
    assert.equal(again.status, 404)
    await isDead(link)
    assert.ok(await getsIn(name, 'the first one that was chosen'))
    assert.ok(!(await getsIn(name, chosen)))
  })

  test(of('of twenty who use it at the same time one does'), async () => {
    const name = `${kind}-crowd`
    const { link, client, page } = await opened(kind, name)
    const others = await Promise.all(
      Array.from({ length: 19 }, async () => {
        const other = stranger()
        return { client: other, page: await other.open(link) }
      }),
    )
    const ends = await Promise.all(
      [{ client, page }, ...others].map((one, index) => one.client.submit(one.page, twice(`chosen by number ${index}`))),
    )
    const done = ends.flatMap(({ heading }, index) => (heading === 'Done' ? [index] : []))
    assert.equal(done.length, 1, ends.map(({ status }) => status).join())
    for (const end of ends) if (end.heading !== 'Done') isRefused(end)
    assert.ok(await getsIn(name, `chosen by number ${done[0]}`))
  })

  test(of('another password is its end, and of what it opened'), async () => {
    const name = `${kind}-own`
    const { link, client, page } = await opened(kind, name)
    const owner = stranger()
    await signIn(owner, personOf(name))
    const own = await owner.submit(await owner.open('/if/flow/default-password-change/'), { password: personOf(name).password })
    assert.equal((await owner.submit(own, twice('the owner has another one'))).heading, 'Done')
    await isDead(link)
    isRefused(await client.submit(page, twice(chosen)))
    assert.ok(await getsIn(name, 'the owner has another one'))
    assert.ok(await isSignedIn(owner))
  })

  test(of('while its user is disabled it does nothing, nor what it opened'), async () => {
    const name = `${kind}-gone`
    const { link, client, page } = await opened(kind, name)
    const id = await idOf(name)
    await admin.must('PATCH', `/users/${id}`, { enabled: false })
    await isDead(link)
    isRefused(await client.submit(page, twice(chosen)))
    await admin.must('PATCH', `/users/${id}`, { enabled: true })
    assert.ok(await getsIn(name, personOf(name).password))
    assert.ok(!(await getsIn(name, chosen)))
  })

  test(of('another address is its end'), async () => {
    const name = `${kind}-moved`
    const { link, client, page } = await opened(kind, name)
    await admin.must('PATCH', `/users/${await idOf(name)}`, { email: 'elsewhere@example.com' })
    await isDead(link)
    isRefused(await client.submit(page, twice(chosen)))
    assert.ok(await getsIn(name, personOf(name).password))
  })
}
