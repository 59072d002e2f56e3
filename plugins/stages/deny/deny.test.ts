import assert from 'node:assert/strict'
import test from 'node:test'
import { drive, messagesContract, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

test('meets the stage contract', () => stageContract(stage))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('always denies', async () => {
  assert.deepEqual(await drive(stage).show(), { go: 'deny', why: { key: 'deny.message' } })
})

test("says the operator's reason, in the reader's language", async () => {
  const settings = { message: { en: 'Staff only.', de: 'Nur für Beschäftigte.' } }
  assert.deepEqual(await drive(stage, settings).show(), { go: 'deny', why: { text: 'Staff only.' } })
  const inGerman = drive(stage, settings, { request: { locale: 'de-AT' } })
  assert.deepEqual(await inGerman.show(), { go: 'deny', why: { text: 'Nur für Beschäftigte.' } })
})
