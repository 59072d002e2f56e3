import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../api/index.ts'
import type { EmailSettings } from '../configuration/email-schema.ts'
import { freePort } from '../../test/kit/server.ts'
import { type MailServer, selfSigned, startListener, startMailServer } from '../../test/kit/smtp.ts'
import { createMailer } from './mailer.ts'
import { sendOnce } from './transport.ts'
import { MailError } from './types.ts'

const mail = { to: 'ada@example.com', subject: 'Grüße', text: 'Hello\n' }
const settings = (port: number, more: Partial<EmailSettings> = {}): EmailSettings => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  from: 'sluice@example.com',
  fromName: 'Sluice',
  timeout: 2,
  ...more,
})
const credentials = (password: string) => ({ username: 'sluice', password: new Secret(password) })
const refusal = async (given: EmailSettings): Promise<string> => {
  try {
    await sendOnce(given, mail)
  } catch (error) {
    assert.ok(error instanceof MailError, String(error))
    return error.message
  }
  return assert.fail('the message was taken')
}

describe('mail', () => {
  const certificate = selfSigned()
  let plain: MailServer
  let encrypting: MailServer
  let encrypted: MailServer
  before(async () => {
    plain = await startMailServer({ hideSTARTTLS: true, allowInsecureAuth: true })
    encrypting = await startMailServer(certificate)
    encrypted = await startMailServer({ ...certificate, secure: true })
  })
  after(() => Promise.all([plain.close(), encrypting.close(), encrypted.close()]))

  test('is handed to the mail server, which says so', async () => {
    const { response } = await sendOnce(settings(plain.port), { ...mail, html: '<p>Hello</p>' })
    assert.match(response, /^250 .*taken/)
    const { from, to, text } = plain.received.at(-1) ?? assert.fail()
    assert.deepEqual([from, to], ['sluice@example.com', ['ada@example.com']])
    assert.match(text, /^From: Sluice <sluice@example.com>\r$/m)
    assert.match(text, /^To: ada@example.com\r$/m)
    assert.match(text, /<p>Hello<\/p>/)
  })

  test('never becomes more recipients or headers than it has', async () => {
    const count = plain.received.length
    for (const more of [
      { to: 'ada@example.com\r\nBcc: eve@example.com' },
      { to: 'ada@example.com, eve@example.com' },
      { to: 'Ada <ada@example.com>' },
      { to: 'ada@example.com>\r\nRCPT TO:<eve@example.com' },
      { subject: 'Hello\r\nBcc: eve@example.com' },
      { subject: 'Hello\nX: y' },
      { subject: 'Hello\0' },
    ])
      await assert.rejects(sendOnce(settings(plain.port), { ...mail, ...more }), MailError, JSON.stringify(more))
    for (const more of [{ fromName: 'Sluice\r\nBcc: eve@example.com' }, { from: 'a@example.com\r\nBcc: eve@example.com' }])
      await assert.rejects(sendOnce(settings(plain.port, more), mail), MailError, JSON.stringify(more))
    assert.equal(plain.received.length, count)
    await sendOnce(settings(plain.port, { fromName: '"Sluice" <x@example.com>, y' }), {
      ...mail,
      text: '.\r\nRCPT TO:<eve@example.com>\r\n.\r\n',
    })
    assert.deepEqual(plain.received.at(-1)?.to, ['ada@example.com'])
    assert.deepEqual([plain.received.at(-1)?.from, plain.received.length], ['sluice@example.com', count + 1])
  })

  test('goes to no server whose certificate is not trusted', async () => {
    for (const [server, security] of [
      [encrypting, 'starttls'],
      [encrypted, 'tls'],
    ] as const) {
      const told = await refusal(settings(server.port, { host: 'localhost', security, ...credentials('mail password') }))
      assert.match(told, /certificate is not trusted.*NODE_EXTRA_CA_CERTS/, told)
      assert.ok(!told.includes('mail password'))
      assert.equal(server.received.length, 0)
    }
  })

  test('goes nowhere where STARTTLS was taken away', async () => {
    const without = await startMailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
    const told = await refusal(settings(without.port, { security: 'starttls', ...credentials('mail password') }))
    assert.equal(without.received.length, 0)
    await without.close()
    assert.match(told, /offers no STARTTLS, and nothing is sent unencrypted/)
    const commands: string[] = []
    const stripping = await startListener((socket) => {
      socket.write('220 mail\r\n')
      socket.on('data', (data) => {
        commands.push(String(data))
        socket.write(
          String(data).startsWith('EHLO') ? '250 mail\r\n' : String(data).startsWith('STARTTLS') ? '454 not now\r\n' : '250 ok\r\n',
        )
      })
    })
    assert.match(await refusal(settings(stripping.port, { security: 'starttls', ...credentials('mail password') })), /STARTTLS/)
    assert.ok(!commands.some((command) => /^(?:AUTH|MAIL|RCPT|DATA)/.test(command)), commands.join())
    await stripping.close()
  })

  test('that cannot be sent says what to do', async () => {
    const at = (port: number, more?: Partial<EmailSettings>) => refusal(settings(port, more))
    const nobody = await freePort()
    assert.match(await at(nobody), new RegExp(`127\\.0\\.0\\.1:${nobody}.*nothing takes connections there`))
    assert.match(await at(25, { host: 'nowhere.invalid' }), /nowhere\.invalid:25.*the name of the host/)
    assert.match(await at(plain.port, { security: 'tls' }), /does not speak TLS at this port.*port 465 usually takes tls/)
    assert.match(await at(encrypted.port, { security: 'starttls', timeout: 1 }), /port 587 usually takes starttls/)
    assert.match(await at(plain.port, credentials('wrong')), /535.*check "username" and "password"/)
    const strict = await startMailServer({ authOptional: false, hideSTARTTLS: true, allowInsecureAuth: true })
    assert.match(await at(strict.port), /wants a user name and a password/)
    await strict.close()
    const choosy = await startMailServer({
      ...certificate,
      onRcptTo: (_, __, done) => done(Object.assign(new Error('no such\r\nuser'), { responseCode: 550 })),
    })
    assert.match(await at(choosy.port), /550.*refuses the sender or the recipient/)
    await choosy.close()
  })

  test('tells on nothing that is not said by a mail server', async () => {
    for (const [banner, ...untold] of [
      ['HTTP/1.1 401 secret-realm\r\n', 'secret'],
      ['SSH-2.0-OpenSSH_9.2p1\r\n', 'OpenSSH'],
      ['-ERR secret-redis\r\n', 'secret'],
    ] as const) {
      const other = await startListener((socket) => socket.write(banner))
      const told = await refusal(settings(other.port, { timeout: 1 }))
      for (const text of untold) assert.ok(!told.includes(text), told)
      await other.close()
    }
    const busy = await startListener((socket) => socket.write('421 too busy\r\n'))
    assert.match(await refusal(settings(busy.port, { timeout: 1 })), /421 too busy/)
    await busy.close()
  })

  test('goes to no address of the link, where clouds keep secrets', async () => {
    for (const host of ['169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', '2852039166'])
      assert.match(await refusal(settings(25, { host })), /an address of the link alone.*check "host"/, host)
  })

  test('waits for no server longer than it may', async () => {
    const silent = await startListener(() => {})
    const started = Date.now()
    assert.match(await refusal(settings(silent.port, { timeout: 1 })), /did not answer within 1 s/)
    await silent.close()
    const dripping = await startListener((socket) => {
      const timer = setInterval(() => socket.write('2'), 200)
      socket.on('close', () => clearInterval(timer))
    })
    assert.match(await refusal(settings(dripping.port, { timeout: 1 })), /did not answer within 1 s/)
    await dripping.close()
    assert.ok(Date.now() - started < 8000)
  })

  test('uses a connection again while the settings stay, and another one when they change', async () => {
    const server = await startMailServer({ hideSTARTTLS: true })
    let now: EmailSettings | undefined = settings(server.port)
    const mailer = createMailer(() => now)
    await mailer.send(mail)
    await mailer.send(mail)
    assert.equal(server.connections(), 1)
    now = settings(server.port, { fromName: 'Another' })
    await mailer.send(mail)
    assert.equal(server.connections(), 2)
    now = undefined
    await assert.rejects(mailer.send(mail), /there is no mail server; write settings\.email/)
    mailer.close()
    assert.equal(server.received.length, 3)
    await server.close()
  })
})
