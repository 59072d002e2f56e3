// A message that whoever knows a password has sent to its owner: with a browser that lies about what it is and where.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { allDone } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'
import { type MailServer, readable, sendingBy, startMailServer } from '../kit/smtp.ts'

let mail: MailServer
let server: TestServer
before(async () => {
  mail = await startMailServer({ hideSTARTTLS: true })
  const email = sendingBy(mail)
  const ada = {
    name: 'Ada <b>evil</b> https://evil.example',
    email: 'ada@example.com',
    groups: ['staff'],
    password: people.ada.password,
    attributes: { locale: 'evil\r\nBcc: eve@evil.example' },
  }
  server = await startServer({
    apply: configuration({ users: { ada }, settings: { email } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken, SLUICE_TRUSTED_PROXIES: '127.0.0.1,::1' },
  })
})
after(() => Promise.all([server?.stop(), mail?.close()]))

const agents = [
  'evil <img src="https://evil.example/x.png">',
  'Firefox/140<a href="https://evil.example">evil</a> (Windows; evil)',
  'Firefox/49301234567890123 call-evil',
  '{{ user.name }}{% assign evil = 1 %}Firefox/140',
  'evil\tBcc: eve@evil.example',
  'Firefox/1 Edg/evil Chrome/evil Linux evil',
  `Version/${'1 evil'.repeat(80)} Safari/1`,
  'évil',
]
const addresses = [
  '"><script>evil</script>',
  'evil.example',
  '2001:db8::1%evil.example',
  '203.0.113.7, evil.example',
  '203.0.113.7\tBcc: eve@evil.example',
  '{{ evil }}',
]

test('what a browser says of itself and of its address is no word, no markup and no header of the message', async () => {
  await signIn(new Client(server.url), people.ada)
  const wishes = [
    ...agents.map((agent) => ({ 'user-agent': Buffer.from(agent).toString('latin1') })),
    ...addresses.map((address) => ({ 'x-forwarded-for': address })),
  ]
  for (const headers of wishes) {
    const client = new Client(server.url, headers)
    await signIn(client, people.ada)
    assert.ok(await isSignedIn(client), JSON.stringify(headers))
  }
  const admin = apiOf(server.url, adminToken)
  await allDone(admin, 'notice')
  assert.equal(mail.received.length, wishes.length)
  for (const message of mail.received) {
    const text = readable(message)
    assert.deepEqual(message.to, ['ada@example.com'])
    assert.doesNotMatch(text, /[ée]vil|eve@|<script|<img|\{\{|\{%|49301/i)
    assert.equal(text.match(/<a /g)?.length, 2, 'the page of sessions, and the server')
    assert.match(
      text,
      /^Browser: (?:[A-Z][a-z]+ \d{1,4}|not known)\r\nSystem: (?:[A-Za-z]+|not known)\r\nIP address: (?:[\da-f.:]+|not known)\r$/m,
    )
  }
  const ips = mail.received.map((message) => /^IP address: (.*)\r$/m.exec(readable(message))?.[1])
  assert.ok(ips.includes('not known') && ips.includes('2001:db8::1'), ips.join(' | '))
})
