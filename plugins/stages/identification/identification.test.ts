import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know } from 'sluice/plugin'
import { aUser, drive, memoryUsers, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const ada = aUser({ username: 'ada', email: 'ada@example.com' })
const found = know(facts.user, { id: ada.id, username: 'ada' })
const given = (users = memoryUsers(ada)) => ({ use: { users } })
const typed = (identifier: string) => know(facts.login, { identifier })

test('meets the stage contract', () => stageContract(stage, {}, given()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('finds users by name and by address, and says who it is', async () => {
  for (const identifier of ['ada', 'ADA', 'ada@example.com']) {
    assert.deepEqual(await drive(stage, {}, given()).submit({ identifier }), { go: 'pass', know: [typed(identifier), found] })
  }
})

test('spaces around what was typed do not count', async () => {
  assert.deepEqual(await drive(stage, {}, given()).submit({ identifier: '  ada\t' }), { go: 'pass', know: [typed('ada'), found] })
})

test('somebody unknown passes after the same one look, without a user', async () => {
  const users = memoryUsers(ada)
  assert.deepEqual(await drive(stage, {}, given(users)).submit({ identifier: 'eve' }), { go: 'pass', know: [typed('eve')] })
  assert.equal(users.finds, 1)
})

test('looks only at what the settings name', async () => {
  const byEmail = drive(stage, { by: ['email'] }, given())
  assert.deepEqual(await byEmail.submit({ identifier: 'ada' }), { go: 'pass', know: [typed('ada')] })
  const byName = drive(stage, { by: ['username'] }, given())
  assert.deepEqual(await byName.submit({ identifier: 'ada@example.com' }), { go: 'pass', know: [typed('ada@example.com')] })
})

test('an answer that is empty, blank or lacks the field is asked again', async () => {
  const empty = { go: 'retry', errors: { identifier: { key: 'identification.empty' } } }
  assert.deepEqual(await drive(stage, {}, given()).submit({ identifier: '' }), empty)
  assert.deepEqual(await drive(stage, {}, given()).submit({ identifier: ' \n ' }), empty)
  assert.equal((await drive(stage, {}, given()).submit({})).go, 'retry')
  assert.equal((await drive(stage, {}, given()).submit({ password: 'ada' })).go, 'retry')
})

test('what nobody can be called never reaches the directory', async () => {
  const users = memoryUsers(ada)
  for (const identifier of ['a\0da', 'a\u0007', 'a\ud800', 'x'.repeat(255), 'x'.repeat(1_000_000)]) {
    const outcome = await drive(stage, {}, given(users)).submit({ identifier })
    assert.deepEqual(outcome, { go: 'retry', errors: { identifier: { key: 'identification.malformed' } } })
  }
  assert.equal(users.finds, 0)
})

test('the label says what may be typed', async () => {
  const field = async (settings: object) => screenOf(await drive(stage, settings, given()).show()).nodes[0]
  const shared = { node: 'field', name: 'identifier', value: '', required: true, autocomplete: 'username' }
  assert.deepEqual(await field({}), { ...shared, input: 'text', label: { key: 'identification.username-or-email' } })
  assert.deepEqual(await field({ by: ['username'] }), { ...shared, input: 'text', label: { key: 'identification.username' } })
  assert.deepEqual(await field({ by: ['email'] }), { ...shared, input: 'email', label: { key: 'identification.email' } })
})

test('is filled in with what was typed before, else with what the application says', async () => {
  const value = async (more: object) => {
    const [field] = screenOf(await drive(stage, {}, { ...given(), ...more }).show()).nodes
    return field?.node === 'field' && 'value' in field ? field.value : undefined
  }
  assert.equal(await value({ wants: { hint: 'ada' } }), 'ada')
  assert.equal(await value({ wants: { hint: 'ada' }, know: [typed('eve')] }), 'eve')
})

test('what the page is about can be said in every language', async () => {
  const settings = { title: { en: 'Forgot?', de: 'Vergessen?' }, text: { en: 'Say who you are.', de: 'Sagen Sie, wer Sie sind.' } }
  const { title, nodes } = screenOf(await drive(stage, settings, { ...given(), request: { locale: 'de' } }).show())
  assert.deepEqual([title, nodes[0]], [{ text: 'Vergessen?' }, { node: 'text', text: { text: 'Sagen Sie, wer Sie sind.' } }])
})
