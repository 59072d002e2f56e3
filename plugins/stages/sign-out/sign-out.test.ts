import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know } from 'sluice/plugin'
import { drive, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const wished = (confirmed: boolean) => ({ know: [know(facts.signOut, { confirmed })] })

test('meets the stage contract', () => stageContract(stage, {}, wished(false)))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('a confirmed wish is not asked about', async () => {
  assert.deepEqual(await drive(stage, {}, wished(true)).show(), { go: 'pass' })
})

test('anybody else is asked, also where nothing is known of a wish', async () => {
  assert.equal((await drive(stage, {}, wished(false)).show()).go, 'ask')
  assert.equal((await drive(stage).show()).go, 'ask')
})

test('says which application asks', async () => {
  const screen = screenOf(await drive(stage, {}, { ...wished(false), application: { slug: 'wiki', name: 'The Wiki' } }).show())
  assert.deepEqual(screen.nodes[0], { node: 'text', text: { key: 'sign-out.application', params: { application: 'The Wiki' } } })
})

test('the first button signs out, the second one stays', async () => {
  const driven = drive(stage, {}, wished(false))
  const buttons = screenOf(await driven.show()).nodes.filter((node) => node.node === 'button')
  const [first, second] = buttons.map(({ name = '', value }) => ({ [name]: value }))
  assert.deepEqual(await driven.submit(first ?? {}), { go: 'pass' })
  assert.deepEqual(await driven.submit(second ?? {}), { go: 'deny', why: { key: 'sign-out.stayed' }, byUser: true })
})

test('an answer without a choice signs nobody out', async () => {
  for (const answer of [{}, { choice: '' }, { choice: 'on' }]) {
    assert.equal((await drive(stage, {}, wished(false)).submit(answer)).go, 'retry')
  }
})
