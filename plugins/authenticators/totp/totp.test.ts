import assert from 'node:assert/strict'
import test from 'node:test'
import {
  aDevice,
  authenticatorContract,
  driveAuthenticator,
  type GivenAuthenticator,
  messagesContract,
  screenOf,
  testClock,
} from 'sluice/kit'
import { codeOf } from '../../../test/kit/one-time-password.ts'
import { newSecret, stepOf, type Parameters } from './one-time-password.ts'
import plugin, { authenticator } from './plugin.ts'

/** The secrets of RFC 6238's appendix B, in base32, and its codes. */
const appendix = {
  sha1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  sha256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
  sha512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
} as const
const vectors: readonly (readonly [now: number, algorithm: keyof typeof appendix, code: string])[] = [
  [59, 'sha1', '94287082'],
  [59, 'sha256', '46119246'],
  [59, 'sha512', '90693936'],
  [1_111_111_109, 'sha1', '07081804'],
  [1_111_111_111, 'sha256', '67062674'],
  [1_234_567_890, 'sha512', '93441116'],
  [20_000_000_000, 'sha1', '65353130'],
]
const six: Parameters = { algorithm: 'sha1', digits: 6, period: 30 }
const secret = appendix.sha1

const at = (seconds: number) => testClock(new Date(seconds * 1000))
/** Of the secret above, from the last six digits of RFC 6238's. */
const codeAt59 = '287082'
const device = aDevice({ data: { ...six, secret, step: 0 } })
const given = (now = 59, more: GivenAuthenticator = {}): GivenAuthenticator => ({ devices: [device], use: { clock: at(now) }, ...more })
const wrong = { go: 'retry', errors: { code: { key: 'totp.wrong' } } }

test('meets the contract of authenticators', () => authenticatorContract(authenticator, given()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

for (const [now, algorithm, code] of vectors)
  test(`makes the codes of RFC 6238: ${code} by ${algorithm}`, () => {
    const check = { algorithm, digits: 8, period: 30, secret: appendix[algorithm], window: 0, now } as const
    assert.equal(stepOf({ ...check, code }), Math.floor(now / 30))
    assert.equal(stepOf({ ...check, code: '00000000' }), undefined)
  })

test('what is no code is wrong, and never an error', () => {
  for (const code of ['', '12345', '1234567', 'abcdef', '１２３４５６', '-12345', '1e5000', '12 34', '\0'.repeat(6), 'x'.repeat(1_000_000)])
    assert.equal(stepOf({ ...six, secret, code, window: 1, now: 59 }), undefined, code.slice(0, 20))
  assert.equal(stepOf({ ...six, secret, code: ' 287 082 ', window: 1, now: 59 }), 1, 'apps show codes with a space in them')
})

test('codes of the periods around count as far as the window goes', () => {
  const step = (now: number, window: number) => stepOf({ ...six, secret, code: codeAt59, window, now })
  assert.deepEqual(
    [step(59, 0), step(60, 0), step(89, 1), step(90, 1), step(29, 1), step(29, 0)],
    [1, undefined, 1, undefined, 1, undefined],
  )
})

test('a code that was used is refused, and so are those before it, whatever the clock says', () => {
  const step = (now: number, after: number) => stepOf({ ...six, secret, code: codeAt59, window: 1, now, after })
  assert.deepEqual([step(59, 0), step(59, 1), step(59, 2), step(59, 1_000_000)], [1, undefined, undefined, undefined])
})

test('secrets are as long as the hash', () => {
  assert.deepEqual(
    (['sha1', 'sha256', 'sha512'] as const).map((algorithm) => newSecret({ algorithm }).length),
    [32, 52, 103],
  )
  assert.notEqual(newSecret(six), newSecret(six))
})

test('whoever sets it up scans a code that says all that the app must know, and proves that it works', async () => {
  const { enrol } = driveAuthenticator(authenticator, given(59, { settings: { digits: 8, algorithm: 'sha256', issuer: 'Example: Ltd.' } }))
  const screen = screenOf(await enrol.show())
  const qr = screen.nodes.find(({ node }) => node === 'qr')
  assert.ok(qr?.node === 'qr')
  const address = new URL(qr.text)
  assert.equal(address.protocol + address.host, 'otpauth:totp')
  assert.equal(decodeURIComponent(address.pathname), '/Example  Ltd.:ada')
  const { secret: shown, ...rest } = Object.fromEntries(address.searchParams)
  assert.deepEqual(rest, { issuer: 'Example  Ltd.', algorithm: 'SHA256', digits: '8' })
  const copy = screen.nodes.find(({ node }) => node === 'copy')
  assert.equal(copy?.node === 'copy' && copy.value.replaceAll(' ', ''), shown)
  assert.deepEqual(await enrol.submit({ code: '00000000' }), { go: 'retry', errors: { code: { key: 'totp.enrol.wrong' } } })
})

test('what is enrolled was proved, and its code is used up', async () => {
  const driven = driveAuthenticator(authenticator, given())
  const screen = screenOf(await driven.enrol.show())
  const copy = screen.nodes.find(({ node }) => node === 'copy')
  const made = copy?.node === 'copy' ? copy.value.replaceAll(' ', '') : ''
  const code = codeOf(made, 0, 59_000)
  const outcome = await driven.enrol.submit({ code })
  assert.deepEqual(outcome, {
    go: 'pass',
    proof: 'totp',
    do: [{ effect: 'devices.add', data: { userId: 'id-ada', name: '', data: { ...six, secret: made, step: 1 }, key: null } }],
  })
})

test('the right code proves it once', async () => {
  const { verify, devices } = driveAuthenticator(authenticator, given())
  assert.deepEqual(await verify.submit({ code: '000000' }), wrong)
  assert.deepEqual(await verify.submit({ code: codeAt59 }), { go: 'pass', proof: 'totp' })
  assert.deepEqual(devices.all[0]?.data, { ...six, secret, step: 1 })
  assert.deepEqual(await verify.submit({ code: codeAt59 }), wrong)
})

test('of parallel answers with one code, one is right', async () => {
  const { verify } = driveAuthenticator(authenticator, given())
  await verify.show()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => verify.submit({ code: codeAt59 })))
  assert.equal(outcomes.filter(({ go }) => go === 'pass').length, 1)
})

test('of several apps each is right by its own codes', async () => {
  const other = aDevice({ id: 'device-2', data: { algorithm: 'sha256', digits: 8, period: 30, secret: appendix.sha256, step: 0 } })
  const { verify, devices } = driveAuthenticator(authenticator, given(59, { devices: [device, other] }))
  assert.deepEqual(await verify.submit({ code: '46119246' }), { go: 'pass', proof: 'totp' })
  assert.deepEqual(
    devices.all.map(({ version }) => version),
    [1, 2],
  )
})
