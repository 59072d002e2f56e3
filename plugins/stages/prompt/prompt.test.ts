import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know } from 'sluice/plugin'
import { drive, fields, memoryPasswords, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const all = {
  title: { en: 'About you', de: 'Über Sie' },
  fields: [
    { key: 'intro', type: 'static', label: 'Hello.' },
    { key: 'username', type: 'username', required: true },
    { key: 'name', label: 'Name', help: 'As on your door.' },
    { key: 'email', type: 'email' },
    { key: 'password', type: 'password', required: true },
    { key: 'bio', type: 'textarea', label: 'About you' },
    { key: 'floor', type: 'number', label: 'Floor', initial: '1' },
    { key: 'born', type: 'date', label: 'Birthday' },
    { key: 'terms', type: 'check', label: 'I agree', required: true },
    { key: 'site', type: 'select', label: 'Site', options: [{ value: 'ber', label: { en: 'Berlin' } }, { value: 'muc' }] },
    { key: 'size', type: 'radio', label: 'Size', options: [{ value: 's' }, { value: 'm' }] },
    { key: 'origin', type: 'hidden', initial: 'campaign' },
  ],
}
const given = (passwords = memoryPasswords()) => ({ use: { passwords } })
const good = { username: 'ada', password: 'correct horse', 'password-repeat': 'correct horse', terms: 'on' }

test('meets the stage contract', () => stageContract(stage, all, given()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('gives what was entered by key, with types, and the password as a hash only', async () => {
  const answer = {
    ...good,
    name: ' Ada Lovelace ',
    email: 'ada@example.com',
    bio: 'one\r\ntwo',
    floor: '-2.5',
    born: '1815-12-10',
    site: 'muc',
    size: 'm',
    origin: 'forged',
    more: 'x',
  }
  const outcome = await drive(stage, all, given()).submit(answer)
  assert.deepEqual(outcome, {
    go: 'pass',
    know: [
      know(facts.data, {
        username: 'ada',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        bio: 'one\ntwo',
        floor: -2.5,
        born: '1815-12-10',
        terms: true,
        site: 'muc',
        size: 'm',
        origin: 'campaign',
      }),
      know(facts.newPassword, { hash: await memoryPasswords().hash('correct horse') }),
    ],
  })
  assert.ok(!JSON.stringify(outcome).includes('correct horse'))
})

test('what was left empty is not recorded', async () => {
  const settings = { title: 'T', fields: [{ key: 'name' }, { key: 'news', type: 'check', label: 'News' }] }
  const outcome = await drive(stage, settings, given()).submit({ name: '  ' })
  assert.deepEqual(outcome, { go: 'pass', know: [know(facts.data, { news: false })] })
})

test('says what is wrong, field by field, and hashes nothing before all is right', async () => {
  const passwords = memoryPasswords()
  const wrong = {
    email: 'ada',
    password: 'short',
    'password-repeat': 'short',
    bio: 'x'.repeat(10_001),
    floor: '0x10',
    born: '2026-02-30',
    site: 'lon',
    name: 'A\u202eda',
  }
  assert.deepEqual(await drive(stage, all, given(passwords)).submit(wrong), {
    go: 'retry',
    errors: {
      username: { key: 'prompt.required' },
      name: { key: 'prompt.untypable' },
      email: { key: 'prompt.not-an-address' },
      password: { key: 'prompt.password-too-short', params: { least: 8 } },
      bio: { key: 'prompt.too-long', params: { most: 10_000 } },
      floor: { key: 'prompt.not-a-number' },
      born: { key: 'prompt.not-a-date' },
      terms: { key: 'prompt.unchecked' },
      site: { key: 'prompt.not-an-option' },
    },
  })
  assert.equal(passwords.hashes, 0)
})

test('an empty answer does not pass where something is required', async () => {
  const outcome = await drive(stage, all, given()).submit({})
  assert.deepEqual(outcome.go === 'retry' && Object.keys(outcome.errors), ['username', 'password', 'terms'])
})

test('earlier prompts are kept; asked again, only the latest answers count', async () => {
  const settings = { title: 'T', fields: [{ key: 'username', type: 'username' }, { key: 'name' }] }
  const earlier = know(facts.data, { city: 'London', username: 'taken', name: 'Ada' })
  const outcome = await drive(stage, settings, { ...given(), know: [earlier] }).submit({ username: 'ada', name: '' })
  assert.deepEqual(outcome, { go: 'pass', know: [know(facts.data, { city: 'London', username: 'ada' })] })
})

test('is filled in with earlier answers, else with initial values, never with a password', async () => {
  const values = async (known: object) => {
    const screen = screenOf(await drive(stage, all, { ...given(), know: [know(facts.data, known)] }).show())
    return Object.fromEntries(
      screen.nodes.flatMap((node) =>
        node.node === 'field' && 'value' in node && node.value !== undefined ? [[node.name, node.value]] : [],
      ),
    )
  }
  assert.deepEqual(await values({}), { floor: '1' })
  assert.deepEqual(await values({ floor: 3, username: 'ada', password: 'x', site: 'ber' }), { username: 'ada', floor: '3', site: 'ber' })
})

test('shows fields in their order, in words of the language asked for', async () => {
  const screen = screenOf(await drive(stage, all, { ...given(), request: { locale: 'de' } }).show())
  assert.deepEqual(screen.title, { text: 'Über Sie' })
  assert.deepEqual(fields(screen), [
    'username',
    'name',
    'email',
    'password',
    'password-repeat',
    'bio',
    'floor',
    'born',
    'terms',
    'site',
    'size',
  ])
  assert.deepEqual(screen.nodes.slice(0, 3), [
    { node: 'text', text: { text: 'Hello.' } },
    { node: 'field', input: 'text', name: 'username', label: { key: 'prompt.username' }, required: true, autocomplete: 'username' },
    {
      node: 'field',
      input: 'text',
      name: 'name',
      label: { text: 'Name' },
      help: { text: 'As on your door.' },
      required: false,
      autocomplete: 'name',
    },
  ])
})

test('says what it gives: a new password only where one is asked for', () => {
  const gives = (type: string) =>
    typeof stage.gives === 'function' ? stage.gives({ title: 'T', fields: [{ key: 'a', type, required: true }] } as never) : []
  assert.deepEqual(gives('text'), [facts.data])
  assert.deepEqual(gives('password'), [facts.data, facts.newPassword])
})

test('keys that mean something to every object are refused', () => {
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'a-b', '1a', '', 'a'.repeat(65)]) {
    assert.throws(() => drive(stage, { title: 'T', fields: [{ key }] }, given()), /fields\/0\/key/, key)
  }
})

test('settings that cannot work are refused where they stand', () => {
  const problems = (...fields: object[]) => stage.check?.({ title: 'T', fields } as never).map((problem) => problem.pointer)
  assert.deepEqual(problems({ key: 'a', type: 'text' }, { key: 'a', type: 'text' }), ['/fields/1/key'])
  assert.deepEqual(problems({ key: 'a', type: 'password' }, { key: 'b', type: 'password' }), ['/fields/1/type'])
  assert.deepEqual(problems({ key: 'a', type: 'select' }, { key: 'b', type: 'hidden' }, { key: 'c', type: 'static' }), [
    '/fields/0',
    '/fields/1',
    '/fields/2',
  ])
  assert.deepEqual(problems(...all.fields), [])
})
