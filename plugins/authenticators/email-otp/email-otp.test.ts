import assert from 'node:assert/strict'
import test from 'node:test'
import type { MailedCode, Outcome, SentCode } from 'sluice/plugin'
import {
  aDevice,
  authenticatorContract,
  aUser,
  driveAuthenticator,
  type GivenAuthenticator,
  messagesContract,
  screenOf,
  testClock,
} from 'sluice/kit'
import { hinted } from './page.ts'
import plugin, { authenticator } from './plugin.ts'

const here = 'ada@example.com'
const device = aDevice({ data: { email: here } })
const code = '123456'

/** A directory with one user, and a mail server that gives every code the same digits, and takes each once. */
const house = (
  more: { readonly email?: string | undefined; readonly enabled?: boolean; readonly refused?: 'no-server' | 'too-many' } = {},
) => {
  const state = { email: here as string | undefined, enabled: true, refused: undefined as 'no-server' | 'too-many' | undefined, ...more }
  const clock = testClock()
  const sent: (MailedCode & { readonly userId: string })[] = []
  const open = new Set<string>()
  const mail = {
    canSend: () => state.refused !== 'no-server',
    async sendCode(userId: string, one: MailedCode): Promise<SentCode> {
      if (state.refused) return { refused: state.refused }
      sent.push({ userId, ...one })
      open.add(`code-${sent.length}`)
      return { sent: `code-${sent.length}` }
    },
    async takeCode(name: string, typed: string) {
      if (!open.has(name)) return 'gone'
      return typed === code && open.delete(name) ? 'right' : 'wrong'
    },
  }
  const users = { get: async () => aUser({ id: 'id-ada', username: 'ada', email: state.email, enabled: state.enabled }) }
  const given = (one: GivenAuthenticator = {}): GivenAuthenticator => ({ devices: [device], ...one, use: { mail, users, clock } })
  return { state, clock, sent, open, given, driven: (one: GivenAuthenticator = {}) => driveAuthenticator(authenticator, given(one)) }
}
const byLink = { proofs: [{ method: 'email-link', at: 1 }] }
const fields = (outcome: Outcome) =>
  screenOf(outcome).nodes.flatMap((node) => ('name' in node && node.name !== undefined ? [node.name] : []))
const said = (outcome: Outcome) =>
  screenOf(outcome).nodes.flatMap((node) => (node.node === 'text' && 'key' in node.text ? [node.text.key] : []))
const wrong = (key: string) => ({ go: 'retry', errors: { code: { key } } })

test('meets the contract of authenticators', () => authenticatorContract(authenticator, house().given()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('addresses are shown so that their owner knows them', () => {
  assert.deepEqual(['ada@example.com', '"a@b"@example.com', '😀@example.com', 'odd'].map(hinted), [
    'a…@example.com',
    '"…@example.com',
    '😀…@example.com',
    'o…',
  ])
})

test('no code lives for longer than an hour', () => {
  const problems = (lifetime: string) => authenticator.check?.({ digits: 6, lifetime })
  assert.deepEqual(problems('60m'), [])
  assert.deepEqual(problems('61m'), [{ pointer: '/lifetime', message: 'a code may not work for longer than an hour; write 60m or less' }])
})

test('to set it up, a code goes to the address of the directory, once, however often the page is shown', async () => {
  const { sent, driven } = house()
  const { enrol } = driven({ devices: [], settings: { digits: 8, lifetime: '5m' } })
  const first = await enrol.show()
  assert.deepEqual(await enrol.show(), first)
  assert.deepEqual(
    sent.map(({ userId, to, digits, lifetime }) => [userId, to, digits, lifetime]),
    [['id-ada', here, 8, 300]],
  )
  assert.deepEqual(said(first), ['email-otp.sent', 'email-otp.lifetime'])
  assert.ok(!JSON.stringify(screenOf(first)).includes(here))
  assert.deepEqual(await enrol.submit({ code: '000000' }), wrong('email-otp.wrong'))
  assert.deepEqual(await enrol.submit({}), wrong('email-otp.wrong'))
  assert.deepEqual(await enrol.submit({ code }), {
    go: 'pass',
    proof: 'email-otp',
    do: [{ effect: 'devices.add', data: { userId: 'id-ada', name: '', data: { email: here }, key: null } }],
  })
})

test('an address that changes before the code is typed is not set up', async () => {
  const { state, sent, driven } = house()
  const { enrol } = driven({ devices: [] })
  await enrol.show()
  state.email = 'new@example.com'
  assert.deepEqual(await enrol.submit({ code }), wrong('email-otp.gone'))
  await enrol.submit({ send: 'on' })
  assert.deepEqual(
    sent.map(({ to }) => to),
    [here, 'new@example.com'],
  )
  const done = await enrol.submit({ code })
  assert.ok(done.go === 'pass')
  assert.deepEqual(
    done.do?.map(({ data }) => data),
    [{ userId: 'id-ada', name: '', data: { email: 'new@example.com' }, key: null }],
  )
})

test('the code proves it once', async () => {
  const { sent, driven } = house()
  const { verify } = driven()
  assert.deepEqual(fields(await verify.show()), ['code', 'send'])
  assert.deepEqual(await verify.submit({ code: '654321' }), wrong('email-otp.wrong'))
  assert.deepEqual(await verify.submit({ code }), { go: 'pass', proof: 'email-otp' })
  assert.deepEqual(await verify.submit({ code }), wrong('email-otp.gone'))
  assert.equal(sent.length, 1)
})

test('another code is sent after a pause, and the one before ends', async () => {
  const { clock, sent, open, driven } = house()
  const { verify } = driven()
  await verify.show()
  assert.deepEqual(said(await verify.submit({ send: 'on' }))[0], 'email-otp.wait')
  assert.deepEqual(said(await verify.submit({ code, send: 'on' }))[0], 'email-otp.wait', 'a code that is typed with it is not looked at')
  assert.equal(sent.length, 1)
  clock.advance(30)
  assert.deepEqual(said(await verify.submit({ send: 'on' }))[0], 'email-otp.again')
  assert.equal(sent.length, 2)
  open.delete('code-2')
  assert.ok(open.has('code-1'))
  assert.deepEqual(await verify.submit({ code }), wrong('email-otp.gone'), 'that of the newest counts alone')
})

test('where there were too many, the one before still counts; where there is none, nothing can be typed', async () => {
  const { state, clock, driven } = house()
  const { verify } = driven()
  await verify.show()
  state.refused = 'too-many'
  clock.advance(31)
  const page = await verify.submit({ send: 'on' })
  assert.deepEqual([said(page)[0], fields(page)], ['email-otp.too-many', ['code', 'send']])
  assert.deepEqual(await verify.submit({ code }), { go: 'pass', proof: 'email-otp' })

  for (const refused of ['too-many', 'no-server'] as const) {
    const other = house({ refused })
    const none = other.driven().verify
    const shown = await none.show()
    assert.deepEqual([said(shown), fields(shown)], [[`email-otp.${refused}`], ['send']])
    assert.equal((await none.submit({ code })).go, 'retry')
    other.state.refused = undefined
    assert.deepEqual(said(await none.submit({ send: 'on' }))[0], 'email-otp.sent')
    assert.equal((await none.submit({ code })).go, 'pass')
  }
})

test('with another address than it was set up for, or none, nothing is sent and nothing is taken', async () => {
  for (const change of [{ email: 'new@example.com' }, { email: undefined }, { enabled: false }]) {
    const early = house()
    const open = early.driven().verify
    await open.show()
    Object.assign(early.state, change)
    const late = await open.submit({ code })
    assert.deepEqual([said(late), fields(late)], [['email-otp.changed'], []])
    assert.equal(early.open.size, 1, 'not even looked at')

    const { sent, driven } = house(change)
    const { verify } = driven()
    assert.deepEqual(said(await verify.show()), ['email-otp.changed'])
    assert.deepEqual(said(await verify.submit({ send: 'on' })), ['email-otp.changed'])
    assert.deepEqual(sent, [])
  }
})

test('after a link from the mailbox, a code from it counts for nothing', async () => {
  const { sent, driven } = house()
  for (const part of ['verify', 'enrol'] as const) {
    const one = driven(byLink)[part]
    const page = await one.show()
    assert.deepEqual([said(page), fields(page)], [['email-otp.same-mailbox'], []])
    assert.deepEqual(said(await one.submit({ send: 'on' })), ['email-otp.same-mailbox'])
    assert.deepEqual(said(await one.submit({ code })), ['email-otp.same-mailbox'])
  }
  assert.deepEqual(sent, [])
})

test('it is offered to whoever has an address that is not set up yet, where mail can be sent', async () => {
  const offers = (more: Parameters<typeof house>[0], one: GivenAuthenticator = {}) => {
    const { given } = house(more)
    const { use, devices, proofs = [] } = given({ devices: [], ...one })
    const context = { use, devices, proofs, peek: () => ({ id: 'id-ada', username: 'ada' }) }
    return authenticator.offers?.(context as never)
  }
  assert.deepEqual(
    await Promise.all([
      offers({}),
      offers({ email: undefined }),
      offers({ enabled: false }),
      offers({ refused: 'no-server' }),
      offers({}, { devices: [device] }),
      offers({ email: 'new@example.com' }, { devices: [device] }),
      offers({}, byLink),
    ]),
    [true, false, false, false, false, true, false],
  )
})

test('whoever has it cannot use it where no code can be sent to them, and is told what to do', async () => {
  const usable = (more: Parameters<typeof house>[0], one: GivenAuthenticator = {}) => {
    const { given } = house(more)
    const { use, devices, proofs = [] } = given(one)
    return authenticator.usable?.({ use, devices, proofs, peek: () => ({ id: 'id-ada', username: 'ada' }) } as never)
  }
  const why = (key: string) => ({ key })
  assert.deepEqual(
    await Promise.all([
      usable({}),
      usable({ email: undefined }),
      usable({ email: 'new@example.com' }),
      usable({ enabled: false }),
      usable({ refused: 'no-server' }),
      usable({}, byLink),
    ]),
    [
      true,
      why('email-otp.changed'),
      why('email-otp.changed'),
      why('email-otp.changed'),
      why('email-otp.no-server'),
      why('email-otp.same-mailbox'),
    ],
  )
})

test('lists say where codes go', () => {
  assert.deepEqual(authenticator.describe?.(device), { key: 'email-otp.device', params: { address: here } })
})
