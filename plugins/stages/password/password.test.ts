import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know } from 'sluice/plugin'
import { drive, memoryPasswords, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const right = 'correct horse battery staple'
const login = know(facts.login, { identifier: 'ada' })
const user = know(facts.user, { id: 'u1', username: 'ada' })
/** Where people go who forgot it, if anywhere. */
const leadsTo = (path?: string) => ({ path: async () => path })
const reached = (passwords = memoryPasswords({ u1: right })) => ({ use: { passwords, recovery: leadsTo() }, know: [login, user] })
const wrong = { go: 'retry', errors: { '': { key: 'password.wrong' } } }

test('meets the stage contract', () => stageContract(stage, {}, reached()))
test('meets the stage contract for somebody unknown', () => stageContract(stage, {}, { ...reached(), know: [login] }))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('the right password is a proof', async () => {
  assert.deepEqual(await drive(stage, {}, reached()).submit({ password: right }), { go: 'pass', proof: 'pwd' })
})

test('a wrong password and an unknown user get the same answer for the same work', async () => {
  const passwords = memoryPasswords({ u1: right })
  assert.deepEqual(await drive(stage, {}, reached(passwords)).submit({ password: 'guess' }), wrong)
  assert.equal(passwords.verifications, 1)
  assert.deepEqual(await drive(stage, {}, { ...reached(passwords), know: [login] }).submit({ password: right }), wrong)
  assert.equal(passwords.verifications, 2)
})

test('a user without a password gets the same answer for the same work', async () => {
  const passwords = memoryPasswords()
  assert.deepEqual(await drive(stage, {}, reached(passwords)).submit({ password: 'guess' }), wrong)
  assert.equal(passwords.verifications, 1)
})

test('nobody is proved by a port that says yes to nobody', async () => {
  const credulous = { ...memoryPasswords(), verify: async () => true }
  assert.deepEqual(
    await drive(stage, {}, { use: { passwords: credulous, recovery: leadsTo() }, know: [login] }).submit({ password: right }),
    wrong,
  )
})

test('who is signed in confirms the password they have, and whoever has none is not asked', async () => {
  const use = { passwords: memoryPasswords({ u1: right }), recovery: leadsTo() }
  const other = know(facts.user, { id: 'u2', username: 'eve' })
  const confirming = drive(stage, { confirm: true }, { use, know: [login, user] })
  const asked = await confirming.show()
  assert.deepEqual(asked.go === 'ask' && asked.screen.title, { key: 'password.confirm.title' })
  assert.deepEqual(await confirming.submit({ password: right }), { go: 'pass', proof: 'pwd' })
  assert.deepEqual(await confirming.submit({ password: 'guess' }), { go: 'retry', errors: { '': { key: 'password.confirm.wrong' } } })
  assert.deepEqual(await drive(stage, { confirm: true }, { use, know: [login, other] }).show(), { go: 'pass' })
  assert.equal((await drive(stage, {}, { use, know: [login, other] }).show()).go, 'ask', 'signing in tells nobody who has a password')
  assert.equal((await drive(stage, { confirm: true }, { use, know: [login] }).show()).go, 'ask')
})

test('an empty answer, one without the field and one of another stage do not pass and cost nothing', async () => {
  const passwords = memoryPasswords({ u1: '' })
  for (const answer of [{ password: '' }, {}, { identifier: 'ada' }, { password: [right] }, { password: { $ne: '' } }]) {
    assert.equal((await drive(stage, {}, reached(passwords)).submit(answer)).go, 'retry')
  }
  assert.equal(passwords.verifications, 0)
})

test('passwords reach the check whole: long ones, NUL bytes, spaces at the ends', async () => {
  for (const odd of [`${'x'.repeat(1_000_000)}y`, `before\0after`, '  spaces  ']) {
    const given = reached(memoryPasswords({ u1: odd }))
    assert.deepEqual(await drive(stage, {}, given).submit({ password: odd }), { go: 'pass', proof: 'pwd' })
    for (const near of [odd.slice(0, -1), odd.slice(0, 6), odd.trim() === odd ? `${odd} ` : odd.trim()]) {
      assert.deepEqual(await drive(stage, {}, given).submit({ password: near }), wrong)
    }
  }
})

test('both Unicode forms of a password are the same password', async () => {
  const given = reached(memoryPasswords({ u1: 'm\u00fcnchen-zoo' }))
  assert.equal((await drive(stage, {}, given).submit({ password: 'mu\u0308nchen-zoo' })).go, 'pass')
})

test('who forgot it is led to where a link is mailed, if there is such a place, whoever they are', async () => {
  const links = async (path?: string, know = [login, user]) => {
    const { nodes } = screenOf(await drive(stage, {}, { use: { passwords: memoryPasswords(), recovery: leadsTo(path) }, know }).show())
    return nodes.flatMap((node) => (node.node === 'link' ? [node.href] : []))
  }
  assert.deepEqual(await links(), [])
  for (const know of [[login, user], [login]]) assert.deepEqual(await links('/if/flow/recover/', know), ['/if/flow/recover/'])
})
