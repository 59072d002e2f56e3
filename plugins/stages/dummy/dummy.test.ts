import assert from 'node:assert/strict'
import test from 'node:test'
import { drive, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const settings = { title: 'Notice', text: { en: 'We move on Friday.', de: 'Wir ziehen am Freitag um.' } }

test('meets the stage contract', () => stageContract(stage, settings))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('shows what it was told to show', async () => {
  const screen = screenOf(await drive(stage, settings, { request: { locale: 'de' } }).show())
  assert.deepEqual(screen.title, { text: 'Notice' })
  assert.deepEqual(screen.nodes[0], { node: 'text', text: { text: 'Wir ziehen am Freitag um.' } })
})

test('needs no text', async () => {
  const screen = screenOf(await drive(stage, { title: 'Notice' }).show())
  assert.deepEqual(
    screen.nodes.map((node) => node.node),
    ['button'],
  )
})

test('passes when continued, and proves nothing', async () => {
  assert.deepEqual(await drive(stage, settings).submit({ proof: 'pwd' }), { go: 'pass' })
})
