// Sinks as a way in: by whoever may write them, by whoever answers, and by whoever pretends to be the server.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'

const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
let inside: Server
let calls = 0
let port: number
let server: TestServer
let admin: Api

before(async () => {
  inside = createServer((_, response) => {
    calls += 1
    response.end('canary from inside')
  })
  await once(inside.listen(0, '127.0.0.1'), 'listening')
  ;({ port } = inside.address() as AddressInfo)
  server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_LOG_LEVEL: 'debug' } })
  admin = apiOf(server.url, adminToken)
})
after(async () => {
  await server?.stop()
  inside?.close()
})

const put = (url: string) => admin('PUT', '/sinks/wrong', { body: { spec: { type: 'webhook', on: ['group.*'], with: { url, secret } } } })
/** The reasons for which the deliveries of these sinks failed. */
const reasonsOf = async (slugs: readonly string[]): Promise<readonly string[]> => {
  for (let tries = 0; ; tries++) {
    const answers = await Promise.all(slugs.map((slug) => admin.must('GET', `/jobs?kind=sink:${slug}`)))
    // Null while the first try runs.
    const reasons = answers.map(({ items: [job] }) => (job?.lastError ?? undefined) as string | undefined)
    if (!reasons.includes(undefined)) return reasons as readonly string[]
    assert.ok(tries < 300, JSON.stringify(reasons))
    await delay(50)
  }
}

test('a webhook leads to nothing inside, in any spelling, and tells nothing of it', async () => {
  const hosts = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '0.0.0.0',
    '169.254.169.254',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '192.168.0.1',
    '[64:ff9b::a9fe:a9fe]',
  ]
  const slugs = hosts.map((_, index) => `inside-${index}`)
  for (const [index, host] of hosts.entries()) {
    const spec = { type: 'webhook', on: ['group.created'], with: { url: `http://${host}:${port}/latest/meta-data/`, secret } }
    await admin.must('POST', '/sinks', { slug: slugs[index], spec })
  }
  await admin.must('POST', '/groups', { slug: 'inside', name: 'Inside' })
  for (const [index, reason] of (await reasonsOf(slugs)).entries())
    assert.match(reason, /; if it is yours, allow it by SLUICE_OUTGOING_ALLOW=/, hosts[index])
  const { delivered, said } = await admin.must('POST', '/sinks/inside-0/test')
  assert.equal(delivered, false)
  assert.match(said, /127\.0\.0\.1 is this machine/)
  assert.equal(calls, 0)
})

test('other schemes, passwords in addresses and line breaks are no addresses of webhooks', async () => {
  const wrong = ['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://example.com/', 'javascript:alert(1)', 'https://exa mple.com/', 'x']
  for (const url of [...wrong, 'https://user:hunter2@example.com/', 'https://example.com/\r\nx: y']) {
    const { status, text } = await put(url)
    assert.equal(status, 422, url)
    assert.match(text, /\/spec\/with\/url/)
  }
})

test('what waits for an address inside is not sent either, and its reason is one short line without the secret', async () => {
  await admin.must('POST', '/sinks', {
    slug: 'hook',
    spec: { type: 'webhook', on: ['group.*'], with: { url: `http://127.0.0.1:${port}/?token=hunter2`, secret } },
  })
  await admin.must('POST', '/groups', { slug: 'crew', name: 'Crew' })
  const [reason = ''] = await reasonsOf(['hook'])
  assert.ok(reason.length <= 500 && !/[\r\n]/.test(reason))
  assert.doesNotMatch((await admin('GET', '/jobs')).text, /hunter2|whsec_/)
  assert.equal(calls, 0)
  assert.doesNotMatch(server.logs(), /hunter2/)
})

test('who may write sinks but not read events has no events sent, by any way', async () => {
  const scoped = async (...scopes: readonly string[]) => admin.as((await admin.must('POST', '/tokens', { name: 'x', scopes })).token)
  const blind = await scoped('sinks.*', 'configuration.*')
  const spec = { type: 'webhook', on: ['*'], with: { url: 'https://eve.example/', secret } }
  const headers = { 'if-match': '*' }
  for (const [method, path, body] of [
    ['POST', '/sinks', { slug: 'eve', spec }],
    ['PUT', '/sinks/eve', { spec }],
    ['PUT', '/sinks/hook', { spec }],
    ['PATCH', '/sinks/hook', { spec: { on: ['*'] } }],
    ['POST', '/configuration/apply', { version: 1, sinks: { eve: spec } }],
    ['POST', '/sinks/hook/test', undefined],
  ] as const) {
    const answer = await blind(method, path, { ...(body && { body }), ...(path === '/sinks/hook' && { headers }) })
    assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`)
    assert.match(answer.text, /events\.view/)
  }
  const [{ number }] = (await admin.must('GET', '/configuration/history')).items
  const changed = await admin('DELETE', '/sinks/hook', { headers })
  assert.equal(changed.status, 204)
  const back = await blind('POST', '/configuration/rollback', { body: { to: number } })
  assert.equal(back.status, 403, back.text)
  const seeing = await scoped('sinks.*', 'events.view')
  assert.equal((await seeing('POST', '/sinks', { body: { slug: 'seen', spec } })).status, 201)
})

test('who may edit groups and users but not read events gets no mail of events, by no membership and no address', async () => {
  await admin.must('POST', '/groups', { slug: 'watch' })
  await admin.must('POST', '/groups', { slug: 'night-watch', parents: ['watch'] })
  await admin.must('POST', '/groups', { slug: 'plain' })
  const eve = (await admin.must('POST', '/users', { username: 'eve' })).id
  const guard = (await admin.must('POST', '/users', { username: 'guard', groups: ['night-watch'] })).id
  await admin.must('POST', '/sinks', { slug: 'mails', spec: { type: 'email', on: ['*'], with: { group: 'watch' } } })
  const { token } = await admin.must('POST', '/tokens', { name: 'x', scopes: ['users.*', 'groups.*', 'configuration.*'] })
  const blind = admin.as(token)
  for (const [method, path, body] of [
    ['PUT', `/groups/watch/members/${eve}`, undefined],
    ['PUT', `/groups/night-watch/members/${eve}`, undefined],
    ['PATCH', `/users/${eve}`, { groups: ['watch'] }],
    ['POST', '/users', { username: 'mallory', email: 'mallory@evil.example', groups: ['watch'] }],
    ['PATCH', '/groups/plain', { parents: ['watch'] }],
    ['POST', '/groups', { slug: 'new', parents: ['night-watch'] }],
    ['PATCH', `/users/${guard}`, { email: 'eve@evil.example' }],
    ['POST', '/configuration/apply', { version: 1, users: { mallory: { groups: ['watch'] } } }],
    ['POST', '/configuration/apply', { version: 1, groups: { plain: { parents: ['watch'] } } }],
  ] as const) {
    const answer = await blind(method, path, { ...(body && { body }), ...(method === 'PATCH' && { headers: { 'if-match': '*' } }) })
    assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`)
    assert.match(answer.text, /events\.view/)
  }
  assert.equal((await blind('PUT', `/groups/plain/members/${eve}`)).status, 204)
})

test('test events are bounded, so nobody scans or floods others by them', async () => {
  let status = 200
  for (let count = 0; count < 40 && status === 200; count++) status = (await admin('POST', '/sinks/seen/test')).status
  assert.equal(status, 429)
})
