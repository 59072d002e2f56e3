import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { freePort, startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, sendingBy, startMailServer } from '../kit/smtp.ts'

type Got = { readonly id: string; readonly event: any; readonly headers: IncomingHttpHeaders; readonly raw: string }

/** A receiver that takes what is signed by one of its secrets, and what it has not taken yet. */
const receiver = async (port: number, keys: readonly string[]) => {
  const taken = new Map<string, Got>()
  const refused: string[] = []
  let posts = 0
  const says: { status: number; headers: Record<string, string> } = { status: 204, headers: {} }
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    posts += 1
    let raw = ''
    for await (const part of request) raw += String(part)
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
    const made = keys.map((key) => {
      const hmac = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64'))
      return `v1,${hmac.update(`${String(id)}.${String(timestamp)}.${raw}`).digest('base64')}`
    })
    const isSigned = String(signature)
      .split(' ')
      .some((one) => made.includes(one))
    const isNow = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
    if (!isSigned || !isNow) refused.push(raw)
    else if (says.status < 300) taken.set(String(id), { id: String(id), event: JSON.parse(raw), headers: request.headers, raw })
    response.writeHead(isSigned && isNow ? says.status : 401, says.headers).end('the body of the receiver')
  }
  const server: Server = createServer((request, response) => void take(request, response))
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    taken,
    refused,
    says,
    get posts() {
      return posts
    },
    actions: () => [...taken.values()].map(({ event }) => event.action as string),
    async close() {
      server.closeAllConnections()
      if (server.listening) await once(server.close(), 'close')
    },
  }
}

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const [secret, next] = [secretOf(7), secretOf(9)]
let port: number
let mail: MailServer
let server: TestServer
let admin: Api
let open: Awaited<ReturnType<typeof receiver>>

const until = async (what: string, is: () => boolean | Promise<boolean>, seconds = 30) => {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(50)) if (await is()) return
  assert.fail(`not within ${seconds} s: ${what}`)
}
const webhook = (more: object = {}, on: readonly string[] = ['group.*']) => ({
  type: 'webhook',
  on,
  with: { url: `http://127.0.0.1:${port}/hook`, secret, ...more },
})
const put = async (slug: string, spec: object) => {
  const answer = await admin('PUT', `/sinks/${slug}`, { body: { spec }, headers: { 'if-match': '*' } })
  return answer.status === 412 ? admin('PUT', `/sinks/${slug}`, { body: { spec } }) : answer
}
const group = (slug: string) => admin.must('POST', '/groups', { slug, name: slug })
const jobsOf = async (slug: string, more = '') => (await admin.must('GET', `/jobs?kind=sink:${slug}${more}`)).items as any[]

before(async () => {
  port = await freePort()
  mail = await startMailServer()
  server = await startServer({
    apply: configuration({ sinks: { siem: webhook({}, ['group.*', 'configuration.changed', 'sink.*']) } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_OUTGOING_ALLOW: '127.0.0.1/32', SLUICE_LOG_LEVEL: 'debug' },
  })
  admin = apiOf(server.url, adminToken)
  open = await receiver(port, [secret])
})
after(() => Promise.all([server?.stop(), open?.close(), mail?.close()]))

test('what happens is posted, signed, as the API shows it, and only what is asked for', async () => {
  await group('crew')
  await admin.must('POST', '/tokens', { name: 'not asked for' })
  await until('the event', () => open.actions().includes('group.created'))
  const got = [...open.taken.values()].find(({ event }) => event.action === 'group.created') ?? assert.fail()
  assert.deepEqual(got.event, await admin.must('GET', `/events/${got.id}`))
  assert.equal(got.headers['content-type'], 'application/json')
  assert.deepEqual(open.refused, [])
  assert.ok(open.actions().every((action) => /^(group\.|configuration\.changed)/.test(action)))
})

test('a test event says what came of it, and not what the receiver wrote', async () => {
  const tried = await admin.must('POST', '/sinks/siem/test')
  assert.deepEqual([tried.delivered, tried.status, tried.said], [true, 204, 'the receiver answered 204'])
  assert.ok(Number.isInteger(tried.milliseconds))
  await until('the test event', () => open.actions().includes('sink.test'))
  open.says.status = 500
  const refused = await admin('POST', '/sinks/siem/test')
  assert.deepEqual([refused.body.delivered, refused.body.status], [false, 500])
  assert.doesNotMatch(refused.text, /body of the receiver/)
  open.says.status = 204
  assert.equal((await admin('POST', '/sinks/none/test')).status, 404)
  const { items } = await admin.must('GET', '/events?action=sink.tested')
  assert.deepEqual(
    items.map(({ detail }: any) => [detail.object.id, detail.delivered]),
    [
      ['siem', false],
      ['siem', true],
    ],
  )
  await delay(1500)
  assert.ok(!open.actions().includes('sink.tested'), 'what is about sinks is sent to none')
  const { token } = await admin.must('POST', '/tokens', { name: 'x', scopes: ['sinks.*'] })
  const blind = admin.as(token)
  assert.equal((await blind('POST', '/sinks/siem/test')).status, 403, 'who may not read events has none sent')
  assert.equal((await blind('POST', '/sinks', { body: { slug: 'mine', spec: webhook() } })).status, 403)
})

test('what cannot be delivered is delivered once the receiver is back, each event once, also when the server was killed', async () => {
  await open.close()
  const names = ['one', 'two', 'three', 'four', 'five']
  for (const name of names.slice(0, 3)) await group(name)
  await until('a failed try', async () => (await jobsOf('siem')).some(({ lastError }) => /could not be called/.test(lastError ?? '')))
  for (const name of names.slice(3)) await group(name)
  // Written by the time that they can be read; whether they are sealed yet, or their jobs made, is chance.
  await admin.must('GET', '/events?action=group.created')
  await server.stop('SIGKILL')
  await server.restart()
  open = await receiver(port, [secret])
  const names2 = () => [...open.taken.values()].flatMap(({ event }) => (event.action === 'group.created' ? event.detail.object.name : []))
  await until('all of them', () => names.every((name) => names2().includes(name)), 60)
  await until('no job is left', async () => (await jobsOf('siem')).length === 0)
  assert.deepEqual(names2().toSorted(), names.toSorted())
  assert.deepEqual(open.refused, [])
})

test('while a secret is replaced, both sign; neither is told by the API, an export or the log', async () => {
  await put('siem', webhook({ secret: next, previousSecret: secret }))
  await group('old-key')
  await until(
    'signed by the old one',
    () => open.actions().length > 0 && [...open.taken.values()].some(({ raw }) => raw.includes('old-key')),
  )
  await open.close()
  open = await receiver(port, [next])
  await group('new-key')
  await until('signed by the new one', () => [...open.taken.values()].some(({ raw }) => raw.includes('new-key')))
  const texts = await Promise.all(
    ['/sinks', '/sinks/siem', '/configuration/export', '/events', '/jobs', '/configuration/history'].map(
      async (path) => (await admin('GET', path)).text,
    ),
  )
  for (const text of [...texts, server.logs()])
    for (const one of [secret, next]) assert.ok(!text.includes(one.slice('whsec_'.length, 40)), 'a secret is told')
  const made = await admin.must('POST', '/sinks', {
    slug: 'made',
    spec: { ...webhook(), enabled: false, with: { url: webhook().with.url } },
  })
  assert.match(made.generated['/spec/with/secret'], /^whsec_[A-Za-z0-9+/]{43}=$/)
  const short = await admin('POST', '/sinks', { body: { slug: 'short', spec: webhook({ secret: 'hunter2' }) } })
  assert.equal(short.status, 422)
  assert.match(short.text, /24 to 64 bytes in base64/)
  assert.doesNotMatch(short.text, /hunter2/)
})

test('a receiver that is gone, or busy, is taken at its word', async () => {
  open.says.status = 410
  await group('unwanted')
  await until('it is given up', async () => (await jobsOf('siem', '&state=dead')).length === 1)
  const [dead] = await jobsOf('siem', '&state=dead')
  assert.deepEqual([dead.attempts, /answered 410/.test(dead.lastError)], [1, true])
  const failed = async () => (await admin.must('GET', '/events?action=sink.failed')).items as any[]
  await until('it is on the record', async () => (await failed()).length === 1)
  const [{ detail }] = await failed()
  assert.deepEqual([detail.object.id, detail.job, detail.attempts], ['siem', dead.id, 1])
  open.says.status = 204
  await admin('POST', `/jobs/${dead.id}/retry`)
  await until('it is delivered after all', () => [...open.taken.values()].some(({ raw }) => raw.includes('unwanted')))
  Object.assign(open.says, { status: 429, headers: { 'retry-after': '600' } })
  await group('later')
  await until('it waits', async () => (await jobsOf('siem', '&state=scheduled')).some(({ attempts }) => attempts === 1))
  const [{ runAt }] = await jobsOf('siem', '&state=scheduled')
  assert.ok(Date.parse(runAt) > Date.now() + 500_000)
  Object.assign(open.says, { status: 204, headers: {} })
})

test('a receiver that hangs holds up neither other sinks nor the house', async () => {
  const held = createServer(() => {})
  await once(held.listen(0, '127.0.0.1'), 'listening')
  const address = held.address() as { port: number }
  await put('hangs', webhook({ url: `http://127.0.0.1:${address.port}/`, timeout: 30 }))
  for (let count = 0; count < 8; count++) await group(`held-${count}`)
  await until('the others', () => [...open.taken.values()].filter(({ raw }) => raw.includes('"held-')).length === 8, 15)
  assert.equal((await jobsOf('hangs', '&state=running')).length, 4)
  await admin('DELETE', '/sinks/hangs', { headers: { 'if-match': '*' } })
  held.closeAllConnections()
  held.close()
})

test('people are written to, by templates that can be replaced; nothing in it becomes a link', async () => {
  await admin.must('PUT', '/settings/email', {
    spec: sendingBy(mail),
  })
  const spec = { type: 'email', on: ['token.created'], with: { to: ['security@example.com'], perHour: 2 } }
  assert.equal((await put('mail', spec)).status, 201)
  const tried = await admin.must('POST', '/sinks/mail/test')
  assert.deepEqual([tried.delivered, tried.said, tried.status], [true, 'sent to 1', null])
  await admin.must('POST', '/tokens', { name: 'https://evil.example/reset' })
  await until('the mail', () => mail.received.some(({ text }) => text.includes('token.created')))
  const { to, text } = mail.received.find((one) => one.text.includes('token.created')) ?? assert.fail()
  assert.deepEqual(to, ['security@example.com'])
  assert.doesNotMatch(text, /evil\.example/)
  assert.match(text, /https\[:\]\/\/evil\[\.\]example/)
  assert.match(text, /left out for an =?\s*hour/, 'the last one of the hour says so')
  await admin.must('POST', '/tokens', { name: 'too many' })
  await until('it is left out', async () => (await jobsOf('mail')).length === 0 && server.logs().includes('left out: 2 events'))
  assert.equal(mail.received.length, 2)
  const nobody = await put('nobody', { ...spec, with: {} })
  assert.equal(nobody.status, 422)
  assert.match(nobody.text, /nobody is written to/)
})
