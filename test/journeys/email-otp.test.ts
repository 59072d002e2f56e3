import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../core/data/database.ts'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { Client, isSignedIn, landing, signIn } from '../kit/client.ts'
import { codesMailed } from '../kit/code-mail.ts'
import { configuration, people } from '../kit/configuration.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, sendingBy, startMailServer } from '../kit/smtp.ts'

let mail: MailServer
let server: TestServer
let admin: Api

before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  server = await startServer({
    apply: configuration({
      authenticators: {
        'email-otp': { type: 'email-otp', with: { digits: 8, lifetime: '5m' } },
        webauthn: { type: 'webauthn', enabled: false },
      },
      settings: {
        email: { ...sendingBy(mail), securityMails: false },
        mfa: { require: true },
      },
    }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
  admin = apiOf(server.url, adminToken)
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const mailed = (since: number) => codesMailed(mail, since, () => openDatabase({ url: server.databaseUrl }))

test('who needs a second factor takes codes by mail, and signs in with one from then on, in their language', async () => {
  const client = new Client(server.url)
  const choice = await signIn(client, people.ada)
  assert.equal(choice.heading, 'Set up another way to show that it is you', choice.text)
  const count = mail.received.length
  const setUp = await client.submit(choice, {}, 'Code by e-mail')
  assert.equal(setUp.heading, 'Set up codes by e-mail')
  assert.match(setUp.text, /A code is on its way to a…@example\.com\./)
  const [first] = await mailed(count)
  assert.match(first?.text ?? '', /^Subject: Your code\r$/m)
  assert.match(first?.text ?? '', /It works once, for 5 minutes\./)
  assert.match(first?.code ?? '', /^\d{8}$/)
  const wrong = await client.submit(setUp, { code: '00' })
  assert.deepEqual([wrong.status, wrong.heading], [422, setUp.heading])
  const codes = await client.submit(wrong, { code: first?.code ?? '' })
  assert.equal(codes.heading, 'Save your backup codes')
  assert.equal((await client.submit(codes, { saved: 'on' })).url.pathname, landing)

  const again = new Client(server.url, { 'accept-language': 'de' })
  const next = mail.received.length
  const asked = await signIn(again, people.ada)
  assert.equal(asked.heading, 'Geben Sie den Code aus Ihrer E-Mail ein')
  const soon = await again.submit(asked, {}, 'Neuen Code senden')
  assert.match(soon.text, /Eben wurde ein Code gesendet/)
  const [second, ...more] = await mailed(next)
  assert.deepEqual(more, [])
  assert.match(second?.text ?? '', /Guten Tag Ada Lovelace,/)
  const [one = '', two = ''] = [second?.code.slice(0, 4), second?.code.slice(4)]
  assert.equal((await again.submit(soon, { code: `${one} ${two}` })).url.pathname, landing)

  const [ada] = (await admin.must('GET', '/users?username=ada')).items
  const events = JSON.stringify((await admin.must('GET', `/events?user=${ada.id}`)).items)
  assert.match(events, /authenticator\.added/)
  for (const code of [first?.code, second?.code]) assert.ok(!events.includes(code ?? ''))
})

test('without a mail server it is not offered, and whoever has it takes another way', async () => {
  assert.equal((await admin.must('GET', '/settings/email')).spec.host, '127.0.0.1')
  assert.equal((await admin('DELETE', '/settings/email', { headers: { 'if-match': '*' } })).status, 204)
  const bob = new Client(server.url)
  assert.equal((await signIn(bob, people.bob)).heading, 'Set up an authenticator app')
  const client = new Client(server.url)
  assert.equal((await signIn(client, people.ada)).heading, 'Enter a backup code')
  assert.ok(!(await isSignedIn(client)))

  const { items } = await admin.must('GET', `/devices?user=${(await admin.must('GET', '/users?username=ada')).items[0].id}`)
  const codes = items.find(({ kind }: { readonly kind: string }) => kind === 'recovery-codes')
  await admin.must('DELETE', `/devices/${codes.id}`)
  const stuck = new Client(server.url)
  const page = await signIn(stuck, people.ada)
  assert.equal(page.status, 403)
  assert.match(page.text, /No e-mail can be sent here now. Please ask your administrators/)
  assert.ok(!(await isSignedIn(stuck)))
})
