// Getting into somebody's account by the link that is mailed to them, or their mailbox full.
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../../core/data/database.ts'
import { Client, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { codeOf } from '../kit/one-time-password.ts'
import { addApp } from '../kit/second-factor.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'
import { attacked } from './attack.ts'
import { type House, openHouse } from './house.ts'

const names = ['ida', 'max', 'lou', 'zoe', 'vic', 'kim', 'joe', 'amy', 'sam']
const passwordOf = (username: string) => ({ username, password: `the password of ${username}` })
const asksNew = { type: 'prompt', with: { title: 'New', fields: [{ key: 'password', type: 'password', required: true }] } }
const flow = '/if/flow/default-recovery/'
const chosen = 'what the thief wants'
const twice = (password: string) => ({ password, 'password-repeat': password })

let mail: MailServer
let house: House
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  house = await openHouse(
    attacked({
      users: {
        eve: { email: 'eve@example.com', enabled: false, password: 'eve may not sign in' },
        tim: { password: 'tim has no address' },
        ...Object.fromEntries(names.map((name) => [name, { email: `${name}@example.com`, password: passwordOf(name).password }])),
      },
      settings: { email: { ...sendingBy(mail), securityMails: false } },
      flows: {
        // Whoever wrote it forgot whom the link was for.
        'anybody-by-email': {
          title: 'Anybody',
          designation: 'recovery',
          entry: 'link',
          steps: [{ type: 'identification' }, asksNew, { type: 'user-write', with: { mode: 'update' } }],
        },
        'recovery-of-anybody': {
          title: 'Recovery of anybody',
          designation: 'recovery',
          steps: [{ type: 'identification' }, { type: 'email', with: { flow: 'anybody-by-email' } }],
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
/** Somebody at another network than everybody before. */
const stranger = () => new Client(house.url, { 'x-forwarded-for': `198.51.100.${++networks}` })

/** Mails that came of what waits to be sent. */
const sent = async (since: number): Promise<readonly { readonly to: string; readonly link: string }[]> => {
  house.later(1100)
  const database = await openDatabase({ url: house.databaseUrl })
  try {
    for (let tries = 0; ; tries++) {
      const waiting = await database.sql.selectFrom('jobs').select('id').where('kind', '=', 'link-mail').execute()
      if (waiting.length === 0) break
      assert.ok(tries < 300, 'the mail is not sent')
      await delay(50)
    }
  } finally {
    await database.close()
  }
  return mail.received.slice(since).map((message) => ({
    to: message.to.join(),
    link: /https?:\/\/\S+\?link=[\w-]+/.exec(readable(message))?.[0] ?? '',
  }))
}
/** Until the same name may ask for another one. Nothing is at work meanwhile: it would seem to have died. */
const pause = async (): Promise<void> => {
  await sent(0)
  house.later(61_000)
}
const ask = async (identifier: string, { client = stranger(), at = flow } = {}): Promise<Page> =>
  client.submit(await client.open(at), { identifier })
const linkFor = async (identifier: string, at = flow): Promise<string> => {
  const since = mail.received.length
  await ask(identifier, { at })
  const [one, ...more] = await sent(since)
  assert.deepEqual([one?.to, more], [`${identifier}@example.com`, []])
  return one?.link ?? ''
}
const isDead = async (link: string): Promise<void> => {
  const page = await stranger().open(link)
  assert.deepEqual([page.status, page.heading], [404, 'This link no longer works'], link)
}
const isRefused = (page: Page): void => {
  assert.equal(page.status, 403, page.text)
  assert.match(page.text, /This link has been used or has expired/)
}
const getsIn = async (username: string, password: string): Promise<boolean> =>
  (await signIn(stranger(), { username, password })).url.pathname === landing
const isUnchanged = async (username: string): Promise<void> => {
  assert.ok(await getsIn(username, passwordOf(username).password))
  assert.ok(!(await getsIn(username, chosen)))
}

test('a session that has shown a second factor hours ago shows none for a link that is opened at its browser', async () => {
  const person = passwordOf('sam')
  const first = stranger()
  await signIn(first, person)
  const { secret } = await addApp(first)
  const own = stranger()
  assert.equal((await own.submit(await signIn(own, person), { code: codeOf(secret, 1) })).url.pathname, landing)
  house.later(8 * 3600_000)
  assert.ok(await isSignedIn(own), 'whoever comes by finds browser and mailbox open')
  const page = await own.open(await linkFor('sam'))
  assert.equal(page.heading, 'Enter the code of your app', page.text)
})

test('who has an account, may sign in or has an address is told by no word, no status and no query, and they alone get mail', async () => {
  const probe = async (identifier: string) => {
    const client = stranger()
    const first = await client.open(flow)
    await house.work()
    const second = await client.submit(first, { identifier })
    const { statements, hashes } = await house.work()
    assert.equal(hashes, 0)
    const soon = await client.submit(second)
    const again = await house.work()
    const looks = [second, soon].map(({ status, text }) => [
      status,
      text.replaceAll(identifier, 'NAME').replace(/ \S Account:/, ' Account:'),
    ])
    return { looks, work: [statements.toSorted(), again.statements.toSorted()] }
  }
  const since = mail.received.length
  const known = await probe('ada')
  assert.equal(known.looks[0]?.[0], 200)
  for (const identifier of ['nobody', 'eve', 'tim']) {
    const { looks, work } = await probe(identifier)
    assert.deepEqual(looks, known.looks, identifier)
    assert.deepEqual(
      work.map((statements) => statements.length),
      known.work.map((statements) => statements.length),
      `${identifier}: ${work.flat().join('\n')}\n\nada: ${known.work.flat().join('\n')}`,
    )
  }
  const database = await openDatabase({ url: house.databaseUrl })
  const jobs = await database.sql.selectFrom('jobs').select('data').where('kind', '=', 'link-mail').execute()
  await database.close()
  assert.equal(jobs.length, 4, 'there is a job for everybody, also for nobody')
  assert.ok(
    jobs.every(({ data }) => !/link=|@/.test(data)),
    'and no secret and no address in it',
  )
  assert.deepEqual(
    (await sent(since)).map(({ to }) => to),
    ['ada@example.com'],
  )
})

test('the mail goes where the directory says, whatever a browser sends', async () => {
  const since = mail.received.length
  const client = stranger()
  const evil = {
    email: 'evil@evil.example',
    to: 'evil@evil.example',
    userId: 'x',
    user: 'eve',
    mail: 'evil@evil.example',
    flow: 'recovery-link',
  }
  const first = await client.open(`${flow}?${new URLSearchParams({ ...evil, link_to: 'https://evil.example' })}`)
  const send = async (page: Page, answer: Record<string, string>) => {
    const form = page.forms.find(({ method }) => method === 'post') ?? assert.fail(page.text)
    const body = { ...form.fields, ...answer }
    return client.open(new URL(form.action, page.url), { body, headers: { origin: house.url, 'sec-fetch-site': 'same-origin' } })
  }
  const asked = await send(first, { identifier: 'ida', ...evil })
  assert.equal(asked.heading, 'Look at your e-mail')
  await pause()
  const again = await send(asked, evil)
  assert.match(again.text, /another message is on its way/)
  const mails = await sent(since)
  assert.deepEqual(
    mails.map(({ to }) => to),
    ['ida@example.com', 'ida@example.com'],
  )
  assert.ok(mails.every(({ link }) => link.startsWith(`${house.url}/if/flow/recovery-by-email/?link=`)))
  for (const identifier of ['ida@example.com,evil@evil.example', 'ida@example.com\r\nBcc: evil@evil.example', 'evil <ida@example.com>'])
    await ask(identifier)
  assert.deepEqual(await sent(since + 2), [])
})

test('no header says where the link leads', async () => {
  const since = mail.received.length
  const { hostname, port } = new URL(house.url)
  const post = (json: object, headers: object): Promise<any> =>
    new Promise((resolve, reject) => {
      const sending = httpRequest(
        {
          hostname,
          port,
          path: '/api/v1/flows/default-recovery/run',
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
        },
        (response) => {
          let text = ''
          response.on('data', (part) => (text += String(part)))
          const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
          response.on('end', () => resolve({ status: response.statusCode, cookie, body: JSON.parse(text) }))
        },
      )
      sending.on('error', reject)
      sending.end(JSON.stringify(json))
    })
  const wishes = [
    { host: 'localhost:6666' },
    { host: '127.0.0.1' },
    { host: `localhost:${port}`, 'x-forwarded-host': 'localhost:6666', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
  ]
  for (const [index, headers] of wishes.entries()) {
    const from = { ...headers, 'x-forwarded-for': `203.0.113.${index + 1}` }
    const { cookie, body } = await post({}, from)
    const answered = await post({ run: body.run, challenge: body.challenge, answer: { identifier: 'vic' } }, { ...from, cookie })
    assert.equal(answered.body.step, 'email-2', JSON.stringify(answered))
    await pause()
  }
  assert.equal((await post({}, { host: 'evil.example' })).status, 421)
  const mails = await sent(since)
  assert.equal(mails.length, wishes.length)
  for (const { link } of mails) assert.equal(new URL(link).origin, house.url)
})

test('a link works once, of twenty who use it at the same time for one', async () => {
  const link = await linkFor('max')
  const clients = Array.from({ length: 20 }, stranger)
  const pages = await Promise.all(clients.map((client) => client.open(link)))
  const ends = await Promise.all(pages.map((page, index) => clients[index]!.submit(page, twice(`chosen by number ${index}`))))
  const done = ends.flatMap(({ heading }, index) => (heading === 'Done' ? [index] : []))
  assert.equal(done.length, 1, ends.map(({ status, heading }) => `${status} ${heading}`).join(', '))
  for (const [index, end] of ends.entries()) if (index !== done[0]) isRefused(end)
  await isDead(link)
  assert.ok(await getsIn('max', `chosen by number ${done[0]}`))
  for (const client of clients) assert.ok(!(await isSignedIn(client)))
})

test('looking at a link uses nothing up', async () => {
  const link = await linkFor('lou')
  for (const method of ['GET', 'HEAD', 'GET', 'HEAD', 'OPTIONS', 'POST'])
    await new Client(house.url, { 'user-agent': 'mail scanner' }).ask(link, { method })
  const client = stranger()
  await client.open(link)
  const done = await stranger().open(link)
  assert.equal(done.heading, 'Choose a new password')
  const last = stranger()
  assert.equal((await last.submit(await last.open(link), twice('the next one of lou'))).heading, 'Done')
  await isDead(link)
})

test('a link opens the flow that it was made for and no other, and other links do not open that one', async () => {
  const link = await linkFor('zoe')
  const token = new URL(link).searchParams.get('link') ?? ''
  for (const slug of [
    'recovery-link',
    'initial-setup',
    'anybody-by-email',
    'default-authentication',
    'default-recovery',
    'default-password-change',
  ]) {
    await isDead(`${house.url}/if/flow/${slug}/?link=${token}`)
    const json = await stranger().ask(`/api/v1/flows/${slug}/run`, { json: { link: token } })
    assert.equal(json.status, 404, slug)
  }
  for (const bent of [`${token}x`, token.slice(1), token.toUpperCase(), '', `${token}&link=${token}`])
    assert.equal((await stranger().open(`${house.url}/if/flow/recovery-by-email/?link=${bent}`)).status, 404, bent)
  assert.equal((await stranger().open('/if/flow/recovery-by-email/')).status, 404)
  assert.equal((await stranger().open(link)).heading, 'Choose a new password')
})

test('its time over, a link is dead, and what it opened before comes to nothing', async () => {
  const link = await linkFor('kim')
  const client = stranger()
  const page = await client.open(link)
  house.later(30 * 60_000)
  await isDead(link)
  isRefused(await client.submit(page, twice(chosen)))
  await isUnchanged('kim')
})

test('a newer link, and another password, are the end of it and of what it opened', async () => {
  const first = await linkFor('joe')
  const early = stranger()
  const opened = await early.open(first)
  await pause()
  const second = await linkFor('joe')
  await isDead(first)
  isRefused(await early.submit(opened, twice(chosen)))

  const late = stranger()
  const waiting = await late.open(second)
  const owner = stranger()
  await signIn(owner, passwordOf('joe'))
  const own = await owner.submit(await owner.open('/if/flow/default-password-change/'), { password: passwordOf('joe').password })
  assert.equal((await owner.submit(own, twice('joe has another one'))).heading, 'Done')
  await isDead(second)
  isRefused(await late.submit(waiting, twice(chosen)))
  assert.ok(await getsIn('joe', 'joe has another one'))
})

test('a link speaks for its user alone, also in a flow that lets somebody else be named', async () => {
  const link = await linkFor('zoe', '/if/flow/recovery-of-anybody/')
  const thief = stranger()
  const named = await thief.submit(await thief.open(link), { identifier: 'bob' })
  const end = await thief.submit(named, twice(chosen))
  assert.equal(end.status, 403, end.text)
  assert.ok(await getsIn('bob', people.bob.password))
  assert.ok(!(await getsIn('bob', chosen)))
})

test('no mailbox is filled, by however many networks, and whoever is written to too often has a link that works', async () => {
  const since = mail.received.length
  for (let times = 0; times < 12; times++) {
    await ask(times % 2 === 0 ? 'amy' : 'amy@example.com')
    await ask(`amy${' '.repeat(times)}`)
    await pause()
  }
  const mails = await sent(since)
  assert.equal(mails.length, 5, mails.map(({ to, link }) => `${to} ${link}`).join('\n'))
  const alive: string[] = []
  for (const { to, link } of mails) {
    assert.equal(to, 'amy@example.com')
    if ((await stranger().open(link)).status === 200) alive.push(link)
  }
  assert.equal(alive.length, 1)
  house.later(31 * 60_000)
  assert.ok((await linkFor('amy')).startsWith(house.url), 'the limit ends')
})

test('one network has mail sent to so many, whoever they are', async () => {
  const since = mail.received.length
  const headers = { 'x-forwarded-for': '192.0.2.77' }
  const pages: Page[] = []
  for (let times = 0; times < 32; times++) pages.push(await ask(`somebody ${times}`, { client: new Client(house.url, headers) }))
  assert.ok(pages.slice(0, 30).every(({ text }) => !text.includes('too many') && !text.includes('Too many')))
  assert.ok(pages.slice(30).every(({ text }) => text.includes('Too many messages were asked for from your network')))
  const own = await ask('ida', { client: new Client(house.url, headers) })
  assert.match(own.text, /Too many messages/)
  assert.deepEqual(await sent(since), [])
})
