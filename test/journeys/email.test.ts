import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, selfSigned, startMailServer } from '../kit/smtp.ts'

const password = 'mail password'
let mail: MailServer
let elsewhere: MailServer
let server: TestServer
let admin: Api
let stored: { readonly host: string; readonly port: number; readonly username: string; readonly from: string }

before(async () => {
  const certificate = selfSigned()
  mail = await startMailServer({ ...certificate, authOptional: false })
  elsewhere = await startMailServer({ ...certificate, authOptional: false })
  stored = { host: 'localhost', port: mail.port, username: 'sluice', from: 'sluice@example.com' }
  server = await startServer({
    apply: configuration(),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, NODE_EXTRA_CA_CERTS: certificate.certFile, SLUICE_LOG_LEVEL: 'debug' },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close(), elsewhere?.close()]))

const tried = (body: object, api = admin) => api('POST', '/settings/email/test', { body })

test('without a mail server there is nothing to test, and it is said what to write', async () => {
  const answer = await tried({ to: 'ada@example.com' })
  assert.deepEqual([answer.status, answer.body.code], [422, 'no-mail-server'])
  assert.match(answer.body.detail, /write settings\.email/)
  const command = await server.sluice(['email', 'test', 'ada@example.com'])
  assert.equal(command.code, 1)
  assert.match(command.err, /^sluice: there is no mail server; write settings\.email/)
})

test('settings are tried before they are saved, and nothing is saved by it', async () => {
  const sent = await tried({ to: 'ada@example.com', settings: { ...stored, password } })
  assert.equal(sent.status, 200, sent.text)
  assert.deepEqual([sent.body.to, /taken/.test(sent.body.response)], ['ada@example.com', true])
  const { to, user, secure } = mail.received.at(-1) ?? assert.fail()
  assert.deepEqual([to, user, secure], [['ada@example.com'], 'sluice', true])
  assert.equal((await admin('GET', '/settings/email')).status, 404)
  const wrong = await tried({ to: 'ada@example.com', settings: { ...stored, password: 'canary of a wrong password' } })
  assert.deepEqual([wrong.status, wrong.body.code], [422, 'mail-not-sent'])
  assert.match(wrong.body.detail, /localhost:\d+ .*535.*check "username" and "password"/)
  assert.ok(!wrong.text.includes('canary'))
  const odd = await tried({ to: 'ada@example.com', settings: { ...stored, port: 'many' } })
  assert.deepEqual([odd.status, odd.body.errors[0].pointer], [422, '/settings/port'])
  const named = await tried({ to: 'ada@example.com', settings: { ...stored, password: { $env: 'HOME' } } })
  assert.deepEqual([named.status, named.body.errors[0].pointer], [422, '/settings/password'])
})

test('a stored password is never told, and sent to no other server than it was stored for', async () => {
  const saved = await admin('PUT', '/settings/email', { body: { spec: { ...stored, password } } })
  assert.equal(saved.status, 201, saved.text)
  const { spec } = saved.body
  assert.deepEqual(Object.keys(spec.password), ['$keep'])
  const [host, count] = ['127.0.0.1', elsewhere.connections()]
  for (const settings of [
    { ...spec, port: elsewhere.port },
    { ...spec, host },
    { ...spec, username: 'another' },
    { ...spec, password: { $keep: 'guessed' } },
  ]) {
    const answer = await tried({ to: 'ada@example.com', settings })
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, '/settings/password'], answer.text)
    const put = await admin('PUT', '/settings/email', { body: { spec: settings }, headers: { 'if-match': '*' } })
    assert.equal(put.status, 422, put.text)
  }
  const patched = await admin('PATCH', '/settings/email', { body: { spec: { port: elsewhere.port } }, headers: { 'if-match': '*' } })
  assert.match(patched.body.detail, /\$keep keeps a secret only where it was stored for, and port changed; write the secret again/)
  assert.equal(elsewhere.connections(), count)
  const kept = await tried({ to: 'ada@example.com', settings: { ...spec, fromName: 'Sluice' } })
  assert.equal(kept.status, 200, kept.text)
  assert.match(mail.received.at(-1)?.text ?? '', /^From: Sluice <sluice@example\.com>/m)
  assert.ok(!server.logs().includes(password))
})

test('by the saved settings it goes to the address of whoever asks, and by the command to any', async () => {
  const users = await admin.must('GET', '/users')
  const { id } = users.items.find(({ username }: { readonly username: string }) => username === 'ada')
  await admin.must('POST', '/roles', { slug: 'post', spec: { name: 'Post', permissions: ['settings.edit'] } })
  const changed = await admin('PATCH', `/users/${id}`, { body: { roles: ['post'] }, headers: { 'if-match': '*' } })
  assert.equal(changed.status, 200, changed.text)
  const { token } = await admin.must('POST', '/tokens', { name: 'x', user: id })
  const ada = admin.as(token)
  assert.deepEqual([(await tried({}, ada)).status, mail.received.at(-1)?.to], [200, ['ada@example.com']])
  const sent = await server.sluice(['email', 'test', 'bob@example.com', '--json'])
  assert.equal(sent.code, 0, sent.err)
  assert.deepEqual([JSON.parse(sent.out).to, mail.received.at(-1)?.to], ['bob@example.com', ['bob@example.com']])
  const broken = await server.sluice(['email', 'test', 'bob@example.com, eve@example.com'])
  assert.match(broken.err, /is not one e-mail address/)

  let status = 200
  for (let count = 0; count < 12 && status === 200; count += 1) status = (await tried({}, ada)).status
  assert.equal(status, 429, 'nobody sends mail without end by it')
  assert.ok(mail.received.length < 20)
})
