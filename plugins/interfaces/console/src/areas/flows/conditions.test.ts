import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionText, settingsText } from './conditions.ts'

const words = { any: 'or', all: 'and', not: 'not' }

test('a condition is told in one line', () => {
  assert.equal(conditionText('device.known', words), 'device.known')
  assert.equal(conditionText([{ group: 'staff' }, { policy: 'office', negate: true }], words), 'group staff or not (policy office)')
  assert.equal(conditionText({ mode: 'all', bindings: [{ role: 'admin' }, { expression: 'a && b' }] }, words), 'role admin and a && b')
  assert.equal(
    conditionText(
      [
        { method: 'passkey', negate: true },
        { level: 'phr', from: '2027-01-01' },
      ],
      words,
    ),
    'not (method passkey) or level phr',
  )
  assert.equal(conditionText([{ negate: true }], words), 'not (?)')
})

test('settings are told in one line that ends', () => {
  assert.equal(settingsText({ type: 'x' }), '')
  assert.equal(settingsText({ type: 'x', with: { by: ['email'], title: 'Hi' } }), 'by: ["email"] · title: Hi')
  assert.equal(settingsText({ type: 'x', with: { text: 'a'.repeat(200) } }).length, 100)
})
