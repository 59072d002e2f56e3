import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know, literal, type Wants } from 'sluice/plugin'
import { drive, memoryConsents, messagesContract, screenOf, stageContract, type Given } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const to = [
  { name: 'openid', text: literal('Know who you are') },
  { name: 'email', text: literal('See your e-mail address') },
]
const before = (...scopes: string[]) => memoryConsents({ userId: 'u1', application: 'wiki', scopes })
const reached = (wants: Wants = { consent: { to } }, consents = memoryConsents()): Given => ({
  use: { consents },
  know: [know(facts.user, { id: 'u1', username: 'ada' })],
  application: { slug: 'wiki', name: 'The Wiki' },
  wants,
})
const allowed = { effect: 'consents.allow', data: { userId: 'u1', application: 'wiki', scopes: ['openid', 'email'] } }

test('meets the stage contract', () => stageContract(stage, {}, reached()))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('names the application and lists what it asks for; the first button allows', async () => {
  const screen = screenOf(await drive(stage, {}, reached()).show())
  assert.deepEqual(screen.title, { key: 'consent.title', params: { application: 'The Wiki' } })
  assert.deepEqual(screen.nodes.filter((node) => node.node === 'list')[0]?.items, [
    { text: { text: 'Know who you are' } },
    { text: { text: 'See your e-mail address' } },
  ])
  const buttons = screen.nodes.filter((node) => node.node === 'button')
  assert.deepEqual(
    buttons.map(({ name, value }) => [name, value]),
    [
      ['consent', 'allow'],
      ['consent', 'deny'],
    ],
  )
})

test('allowing passes and is remembered', async () => {
  assert.deepEqual(await drive(stage, {}, reached()).submit({ consent: 'allow' }), { go: 'pass', do: [allowed] })
})

test('not allowing is a refusal of the user', async () => {
  assert.deepEqual(await drive(stage, {}, reached()).submit({ consent: 'deny' }), {
    go: 'deny',
    why: { key: 'consent.refused' },
    byUser: true,
  })
})

test('an answer without a decision decides nothing', async () => {
  for (const answer of [{}, { consent: '' }, { consent: 'on' }, { consent: ['allow'] }, { allow: 'consent' }]) {
    assert.equal((await drive(stage, {}, reached()).submit(answer)).go, 'retry')
  }
})

test('what was allowed before is not asked again, anything more is', async () => {
  const wants = { consent: { to } }
  assert.deepEqual(await drive(stage, {}, reached(wants, before('openid', 'email', 'profile'))).show(), { go: 'pass' })
  assert.equal((await drive(stage, {}, reached(wants, before('openid'))).show()).go, 'ask')
})

test("another user's and another application's consent count for nothing", async () => {
  const scopes = ['openid', 'email']
  const others = memoryConsents({ userId: 'u2', application: 'wiki', scopes }, { userId: 'u1', application: 'chat', scopes })
  assert.equal((await drive(stage, {}, reached({ consent: { to } }, others)).show()).go, 'ask')
})

test('asks again where the application wants it, and remembers', async () => {
  const driven = drive(stage, {}, reached({ consent: { to, always: true } }, before('openid', 'email')))
  assert.deepEqual(await driven.submit({ consent: 'allow' }), { go: 'pass', do: [allowed] })
})

test('mode `always` asks at every sign-in and remembers nothing', async () => {
  const driven = drive(stage, { mode: 'always' }, reached({ consent: { to } }, before('openid', 'email')))
  assert.deepEqual(await driven.submit({ consent: 'allow' }), { go: 'pass' })
})

test('where nothing is asked, nobody is asked', async () => {
  assert.deepEqual(await drive(stage, {}, reached({})).show(), { go: 'pass' })
  assert.deepEqual(await drive(stage, { mode: 'always' }, reached({ consent: { to: [], always: true } })).show(), { go: 'pass' })
})
