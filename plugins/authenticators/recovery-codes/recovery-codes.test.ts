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
import { hashOf, newCode } from './codes.ts'
import plugin, { authenticator } from './plugin.ts'

const codes = ['AAAAA-AAAAA', 'BBBBB-BBBBB', '01234-56789']
const device = aDevice({ data: { hashes: codes.map(hashOf), of: 10 } })
const given = (more: GivenAuthenticator = {}): GivenAuthenticator => ({ devices: [device], use: { clock: testClock() }, ...more })
const wrong = { go: 'retry', errors: { code: { key: 'recovery-codes.wrong' } } }

test('meets the contract of authenticators', () => authenticatorContract(authenticator, given()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('codes are random, and of letters that nobody takes for each other', () => {
  const many = new Set(Array.from({ length: 1000 }, newCode))
  assert.equal(many.size, 1000)
  for (const code of many) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
})

test('the codes are shown and can be saved; only their hashes are kept, once it is said that they are', async () => {
  const { enrol } = driveAuthenticator(authenticator, given({ devices: [], settings: { count: 4 } }))
  const { nodes } = screenOf(await enrol.show())
  const shown = nodes.find(({ node }) => node === 'codes')
  const file = nodes.find(({ node }) => node === 'download')
  assert.ok(shown?.node === 'codes' && file?.node === 'download')
  assert.equal(shown.items.length, 4)
  for (const code of shown.items) assert.ok(file.text.includes(code))
  assert.equal(file.name, 'backup-codes-id.example.com.txt')
  assert.deepEqual(await enrol.submit({}), { go: 'retry', errors: { saved: { key: 'recovery-codes.enrol.save-first' } } })
  const saved = await enrol.submit({ saved: 'on' })
  assert.deepEqual(saved, {
    go: 'pass',
    do: [{ effect: 'devices.add', data: { userId: 'id-ada', name: '', data: { hashes: shown.items.map(hashOf), of: 4 }, key: null } }],
  })
  for (const code of shown.items) assert.ok(!JSON.stringify(saved).includes(code))
})

test('whoever has codes already is told that those end', async () => {
  const texts = async (one: GivenAuthenticator) =>
    screenOf(await driveAuthenticator(authenticator, one).enrol.show()).nodes.flatMap((node) => (node.node === 'text' ? [node.tone] : []))
  assert.deepEqual([await texts(given({ devices: [] })), await texts(given())], [[undefined], [undefined, 'warn']])
})

test('each code counts once, however it is written', async () => {
  const { verify, devices } = driveAuthenticator(authenticator, given())
  assert.deepEqual(await verify.submit({ code: 'CCCCC-CCCCC' }), wrong)
  assert.deepEqual(await verify.submit({ code: ' o1234 56789 ' }), { go: 'pass', proof: 'recovery-code' })
  assert.deepEqual(await verify.submit({ code: '01234-56789' }), wrong)
  assert.deepEqual(await verify.submit({ code: codes[0] }), { go: 'pass', proof: 'recovery-code' })
  assert.deepEqual(devices.all[0]?.data, { hashes: [hashOf('BBBBB-BBBBB')], of: 10 })
})

test('of parallel answers with one code, one is right', async () => {
  const { verify } = driveAuthenticator(authenticator, given())
  await verify.show()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => verify.submit({ code: codes[1] })))
  assert.equal(outcomes.filter(({ go }) => go === 'pass').length, 1)
})

test('lists say how many are left', () => {
  assert.deepEqual(authenticator.describe?.(device), { key: 'recovery-codes.left', params: { left: 3, of: 10 } })
})
