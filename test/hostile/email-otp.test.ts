// Passing for somebody by the code that is mailed to them, or their mailbox full.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { Client, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { codesMailed, type MailedCodes } from '../kit/code-mail.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'
import { attacked } from './attack.ts'
import { type House, openHouse } from './house.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'vic', 'kim', 'joe', 'amy', 'leo', 'eve', 'ann']
const personOf = (username: string) => ({ username, password: `the password of ${username}` })
const addressOf = (name: string) => `${name}@example.com`
const evil = { email: 'evil@evil.example', to: 'evil@evil.example', address: 'evil@evil.example', userId: 'x', user: 'eve', name: 'code' }

let mail: MailServer
let house: House
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  house = await openHouse(
    attacked({
      users: {
        ...Object.fromEntries(names.map((name) => [name, { email: addressOf(name), password: personOf(name).password }])),
        tim: { password: personOf('tim').password },
      },
      authenticators: {
        'email-otp': { type: 'email-otp' },
        totp: { type: 'totp', enabled: false },
        webauthn: { type: 'webauthn', enabled: false },
      },
      settings: {
        email: { ...sendingBy(mail), securityMails: false },
        mfa: { require: true },
      },
      flows: {
        // Whoever wrote it forgot to name what counts after a link.
        'forgetful-by-email': {
          title: 'By mail',
          designation: 'recovery',
          entry: 'link',
          steps: [
            { type: 'second-factor', with: { require: 'enrolled', enrol: false, trust: false } },
            { type: 'prompt', with: { title: 'New', fields: [{ key: 'password', type: 'password', required: true }] } },
            { type: 'user-write', with: { mode: 'update' } },
          ],
        },
        'forgetful-recovery': {
          title: 'Recovery',
          designation: 'recovery',
          steps: [{ type: 'identification' }, { type: 'email', with: { flow: 'forgetful-by-email' } }],
        },
      },
    }),
  )
})
after(async () => {
  await house?.close()
  await mail?.close()
})

let networks = 0
const stranger = () => new Client(house.url, { 'x-forwarded-for': `198.51.100.${++networks}` })
const database = () => openDatabase({ url: house.databaseUrl })
const sent = (since: number): Promise<MailedCodes> => codesMailed(mail, since, database)
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

/** The page that asks for the code, at a browser of its own, and the code. */
const asked = async (name: string) => {
  const since = mail.received.length
  const client = stranger()
  const page = await signIn(client, personOf(name))
  const [one, ...more] = await sent(since)
  assert.deepEqual([one?.to, more], [addressOf(name), []], page.text)
  return { client, page, code: one?.code ?? '' }
}
/** Whoever sets it up gets backup codes, too. */
const saved = async (client: Client, page: Page) => {
  assert.equal(page.heading, 'Save your backup codes', page.text)
  await client.submit(page, { saved: 'on' })
  assert.ok(await isSignedIn(client))
}
/** Sets it up, and signs out by forgetting the browser. */
const enrolled = async (name: string) => {
  const { client, page, code } = await asked(name)
  assert.equal(page.heading, 'Set up codes by e-mail', page.text)
  await saved(client, await client.submit(page, { code }))
  return code
}
/** Sends a form with whatever fields somebody likes. */
const post = (client: Client, page: Page, answer: Record<string, string>) => {
  const form = page.forms.find(({ method }) => method === 'post') ?? assert.fail(page.text)
  const body = { ...form.fields, ...answer }
  return client.open(new URL(form.action, page.url), { body, headers: { origin: house.url, 'sec-fetch-site': 'same-origin' } })
}
const isWrong = (page: Page, what: RegExp) => {
  assert.equal(page.status, 422, page.text)
  assert.match(page.text, what)
}

test('a code goes to the address of the directory, whatever a browser sends, and a page that is shown again sends none', async () => {
  const since = mail.received.length
  const client = stranger()
  let page = await client.open(`/if/flow/default-authentication/?${new URLSearchParams(evil)}`)
  page = await post(client, page, { identifier: 'ida', ...evil })
  page = await post(client, page, { password: personOf('ida').password, ...evil })
  assert.equal(page.heading, 'Set up codes by e-mail', page.text)
  for (let times = 0; times < 3; times++) page = await client.open(`${page.url.href}${page.url.search ? '&' : '?'}to=evil@evil.example`)
  page = await post(client, page, { send: 'on', ...evil })
  assert.match(page.text, /A code was sent a moment ago/)
  await sent(since)
  house.later(31_000)
  page = await post(client, page, { send: 'on', ...evil })
  const mails = await sent(since)
  assert.deepEqual(
    mails.map(({ to }) => to),
    [addressOf('ida'), addressOf('ida')],
  )
  isWrong(await post(client, page, { code: mails[0]?.code ?? '', ...evil }), /no longer works|not right/)
  await saved(client, await post(client, await client.open(page.url), { code: mails[1]?.code ?? '', ...evil }))
  const files = await database()
  const devices = await files.sql.selectFrom('devices').selectAll().execute()
  await files.close()
  assert.ok(devices.length > 0 && !JSON.stringify(devices).includes('evil'))
})

test('a code that was used is used up, in its own run and in every other', async () => {
  const used = await enrolled('max')
  const { client, page, code } = await asked('max')
  isWrong(await client.submit(page, { code: used }), /not right/)
  const again = await client.open(page.url)
  assert.equal((await client.submit(again, { code })).url.pathname, landing)
  assert.notEqual((await client.submit(again, { code })).status, 200)
  const later = await asked('max')
  isWrong(await later.client.submit(later.page, { code }), /not right/)
})

test('of twenty who send one code at the same time one comes in', async () => {
  await enrolled('lou')
  const { client, page, code } = await asked('lou')
  const twins = Array.from({ length: 20 }, () => {
    const twin = new Client(house.url, { 'x-forwarded-for': '198.51.100.250' })
    for (const [name, value] of client.cookies) twin.cookies.set(name, value)
    return twin
  })
  const ends = await Promise.all(twins.map((twin) => twin.send(page, { code })))
  const isIn = await Promise.all(twins.map(isSignedIn))
  assert.equal(isIn.filter(Boolean).length, 1, ends.map(({ status }) => status).join())
})

test('a code is good in the run that it was sent for, and in no other, not of the same user either', async () => {
  await enrolled('zoe')
  const [one, two] = [await asked('zoe'), await asked('zoe')]
  const victim = await asked('vic')
  isWrong(await one.client.submit(one.page, { code: two.code }), /not right/)
  isWrong(await two.client.submit(two.page, { code: victim.code }), /not right/)
  // The page of another browser.
  const thief = stranger()
  const stolen = await thief.open(two.page.url)
  assert.notEqual(stolen.heading, two.page.heading)
  assert.notEqual((await thief.send(two.page, { code: two.code })).status, 200)
  assert.ok(!(await isSignedIn(thief)))
  const own = await two.client.submit(await two.client.open(two.page.url), { code: two.code })
  assert.equal(own.url.pathname, landing, own.text)
})

test('after five wrong tries, and after its time, a code is dead', async () => {
  await enrolled('kim')
  const guessed = await asked('kim')
  let page = guessed.page
  for (let times = 0; times < 5; times++) page = await guessed.client.submit(page, { code: other(guessed.code) })
  isWrong(page, /not right/)
  isWrong(await guessed.client.submit(page, { code: guessed.code }), /no longer works/)

  const late = await asked('kim')
  house.later(10 * 60_000 + 1000)
  isWrong(await late.client.submit(late.page, { code: late.code }), /no longer works/)
})

test('signs that are as many as the digits of a code, but longer as bytes, are a wrong code like any other', async () => {
  await enrolled('ann')
  const { client, page, code } = await asked('ann')
  isWrong(await client.submit(page, { code: '１２３４５６' }), /not right/)
  assert.equal((await client.submit(await client.open(page.url), { code })).url.pathname, landing)
})

test('no mailbox is filled, by however many browsers and networks, and the limit ends', async () => {
  const since = mail.received.length
  const texts: string[] = []
  for (let times = 0; times < 14; times++) texts.push((await signIn(stranger(), personOf('amy'))).text)
  const mails = await sent(since)
  assert.equal(mails.length, 10)
  assert.deepEqual(
    texts.map((text) => text.includes('Too many codes were asked for')),
    texts.map((_, index) => index >= 10),
  )
  house.later(31 * 60_000)
  await enrolled('amy')
})

test('with another address, codes go neither to the old one nor to the new one, and those that were sent end', async () => {
  await enrolled('joe')
  const open = await asked('joe')
  const files = await database()
  await files.sql.updateTable('users').set({ email: 'thief@evil.example' }).where('username', '=', 'joe').execute()
  await files.close()
  const late = await open.client.submit(open.page, { code: open.code })
  assert.equal(late.heading, 'Enter a backup code', 'it is not offered any more')
  assert.ok(!(await isSignedIn(open.client)))
  const since = mail.received.length
  const client = stranger()
  const page = await signIn(client, personOf('joe'))
  assert.equal(page.heading, 'Enter a backup code')
  assert.doesNotMatch(page.text, /evil\.example|joe@example/)
  await client.ask(page.url, { body: { send: 'on', code: open.code }, headers: { origin: house.url, 'sec-fetch-site': 'same-origin' } })
  assert.deepEqual(await sent(since), [])
  assert.ok(!(await isSignedIn(client)))
})

test('who has no address can set it up by no request', async () => {
  const since = mail.received.length
  const client = stranger()
  const page = await signIn(client, personOf('tim'))
  assert.equal(page.status, 403, page.text)
  assert.deepEqual(await sent(since), [])
  assert.ok(!(await isSignedIn(client)))
})

test('after a link from the mailbox, a code from the same one opens nothing', async () => {
  await enrolled('leo')
  const since = mail.received.length
  const client = stranger()
  await client.submit(await client.open('/if/flow/forgetful-recovery/'), { identifier: 'leo' })
  house.later(1100)
  let link: string | undefined
  for (let tries = 0; tries < 200 && link === undefined; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    link = mail.received.slice(since).flatMap((message) => /https?:\/\/\S+\?link=[\w-]+/.exec(readable(message)) ?? [])[0]
  }
  const page = await stranger().open(link ?? assert.fail('no link was mailed'))
  assert.equal(page.heading, 'Enter a backup code')
  assert.deepEqual(await sent(since), [])
})
