import assert from 'node:assert/strict'
import test from 'node:test'
import { aUser, drive, memoryUsers, messagesContract, screenOf, stageContract } from 'sluice/kit'
import { facts, know } from 'sluice/plugin'
import { hashed } from './answer.ts'
import plugin, { stage } from './plugin.ts'

const settings = { question: 'What was your first pet called?' }
const given = async (attributes: Record<string, string> = {}) => ({
  use: { users: memoryUsers(aUser({ id: 'u1', username: 'ada', attributes })) },
  know: [know(facts.user, { id: 'u1', username: 'ada' })],
})
const asked = async () => drive(stage, settings, await given({ securityAnswer: await hashed('Fluffy the Cat') }))

test('meets the contract of stages', async () => stageContract(stage, settings, await given({ securityAnswer: await hashed('Fluffy') })))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('asks the question of its settings, and shows nobody what is typed', async () => {
  const { nodes } = screenOf(await (await asked()).show())
  const [field] = nodes.filter(({ node }) => node === 'field')
  assert.partialDeepStrictEqual(field, { input: 'password', label: { text: settings.question } })
})

test('the answer proves something, whatever its capitals and spaces; another one is asked for again', async () => {
  for (const answer of ['Fluffy the Cat', '  fluffy  THE cat '])
    assert.deepEqual(await (await asked()).submit({ answer }), { go: 'pass', proof: 'question' })
  for (const answer of ['Fluffy', '', 'Fluffy the Cat 2'])
    assert.deepEqual(await (await asked()).submit({ answer }), { go: 'retry', errors: { answer: { key: 'security-question.wrong' } } })
})

test('who has no answer comes no further, nor does one whose attribute is the answer itself', async () => {
  for (const attributes of [{}, { securityAnswer: 'Fluffy' }, { securityAnswer: 'scrypt$$' }]) {
    const driven = drive(stage, settings, await given(attributes))
    assert.deepEqual(await driven.show(), { go: 'deny', why: { key: 'security-question.none' } })
  }
})

test('two hashes of one answer differ, and hold nothing of it', async () => {
  const [one, two] = await Promise.all([hashed('Fluffy'), hashed('Fluffy')])
  assert.notEqual(one, two)
  assert.doesNotMatch(one, /fluffy/i)
})
