import assert from 'node:assert/strict'
import test from 'node:test'
import { drive, messagesContract, stageContract } from 'sluice/kit'
import { facts, know } from 'sluice/plugin'
import plugin, { stage, terms } from './plugin.ts'

const settings = { version: '2', url: 'https://example.org/terms' }
const given = { use: { clock: { now: () => new Date(0) } }, know: [know(facts.user, { id: 'u1', username: 'ada' })] }

test('meets the contract of stages', () => stageContract(stage, settings, given))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('agreeing passes and records which version', async () => {
  assert.deepEqual(await drive(stage, settings, given).submit({ agree: 'on' }), {
    go: 'pass',
    know: [know(terms, { version: '2', at: '1970-01-01T00:00:00.000Z' })],
  })
})

test('not agreeing asks again and says why', async () => {
  assert.deepEqual(await drive(stage, settings, given).submit({}), { go: 'retry', errors: { agree: { key: 'terms.required' } } })
})
