import assert from 'node:assert/strict'
import test from 'node:test'
import { aUser, decide, messagesContract, policyContract } from 'sluice/kit'
import plugin, { policy } from './plugin.ts'

const finance = aUser({ username: 'ada', groups: ['finance'] })
const corporate = { expression: 'user.isInGroup("finance") && request.ip.in("10.0.0.0/8")' }

test('meets the policy contract', () => policyContract(policy, corporate, { user: finance }))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('lets in for whom the expression is true, and nobody else', async () => {
  const inside = { request: { ip: '10.20.30.40' } }
  assert.deepEqual(await decide(policy, corporate, { user: finance, ...inside }), { allow: true })
  const refused = { allow: false, why: { key: 'expression.refused' } }
  assert.deepEqual(await decide(policy, corporate, { user: aUser({ username: 'bob', groups: ['sales'] }), ...inside }), refused)
  assert.deepEqual(await decide(policy, corporate, { user: finance, request: { ip: '192.0.2.1' } }), refused)
})

test("says the operator's reason, in the reader's language", async () => {
  const settings = { expression: 'false', message: { en: 'Not today.', de: 'Heute nicht.' } }
  assert.deepEqual(await decide(policy, settings), { allow: false, why: { text: 'Not today.' } })
  assert.deepEqual(await decide(policy, settings, { request: { locale: 'de-AT' } }), { allow: false, why: { text: 'Heute nicht.' } })
})

test('an expression may say why itself', async () => {
  const settings = { expression: '({ allow: false, message: `not from ${request.ip}` })', message: 'Not today.' }
  assert.deepEqual(await decide(policy, settings), { allow: false, why: { text: 'not from 192.0.2.1' } })
  assert.deepEqual(await decide(policy, { expression: 'return { allow: true }' }), { allow: true })
})

test('what is neither true nor false fails, and so is no yes', async () => {
  for (const expression of [
    '1',
    '"true"',
    'null',
    'undefined',
    '[]',
    '({})',
    '({ allow: 1 })',
    '({ allow: true, message: 1 })',
    'new Boolean(true) && 1',
  ])
    await assert.rejects(() => decide(policy, { expression }), /neither true, false nor \{ allow, message \}/, expression)
})

test('what throws fails', async () => {
  await assert.rejects(() => decide(policy, { expression: 'user.username === "ada"' }), /TypeError/)
})
