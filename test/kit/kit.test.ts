import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import {
  ask,
  defineStage,
  facts,
  know,
  msg,
  pass,
  ports,
  retry,
  screen,
  Type,
  type Node,
  type Passwords,
  type Stage,
} from '../../core/api/index.ts'
import { drive, memoryPasswords, messagesContract, stageContract } from './index.ts'

const code: Node = { node: 'field', input: 'code', name: 'code', label: msg('code.label') }
const go: Node = { node: 'button', label: msg('code.go') }

/** A stage that does everything right, but for what a test changes. */
const stageWith = (changes: object): Stage => ({
  ...defineStage({
    kind: 'code',
    settings: Type.Object({ digits: Type.Integer({ title: 'Digits', description: 'How many.', default: 6 }) }),
    answer: Type.Object({ code: Type.String() }),
    proves: ['code'],
    show: () => ask(screen(msg('code.title'), code, go)),
    submit: (_, answer) => (answer.code === '123456' ? pass({ proof: 'code' }) : retry({ code: msg('code.wrong') })),
  }),
  ...changes,
})

test('the contract is met by a stage that does everything right', () => stageContract(stageWith({})))

test('a page that the browser sends by itself needs no other button', () => {
  const passkey: Node = { node: 'webauthn', name: 'code', does: 'get', options: { challenge: 'AA' }, label: msg('code.label') }
  return stageContract(stageWith({ show: () => ask(screen(msg('code.title'), passkey)) }))
})

const broken: Readonly<Record<string, readonly [changes: object, complaint: RegExp]>> = {
  'a setting without description': [{ settings: Type.Object({ digits: Type.Integer({ title: 'Digits', default: 6 }) }) }, /no description/],
  'a nested setting without title': [
    {
      settings: Type.Object({
        a: Type.Array(Type.Object({ b: Type.Optional(Type.String()) }), { title: 'A', description: 'A.', default: [] }),
      }),
    },
    /a\[\]\/b has no title/,
  ],
  'a page that differs each time': [{ show: () => ask(screen(msg('code.title', { at: performance.now() }), code, go)) }, /twice differs/],
  'a field that the answer lacks': [{ answer: Type.Object({}) }, /"code" is shown but is not in the answer/],
  'an answer that no field shows': [{ answer: Type.Object({ code: Type.String(), pin: Type.String() }) }, /"pin" is in the answer/],
  'a page without a button': [{ show: () => ask(screen(msg('code.title'), code)) }, /without a button/],
  'a page that is a proof': [{ show: () => pass({ proof: 'code' }) }, /showing a page proves nothing/],
  'a proof that is not listed': [{ submit: () => pass({ proof: 'pwd' }) }, /"pwd" is not in `proves`/],
  'nonsense as proof': [{ submit: () => pass({ proof: 'code' }) }, /took/],
  'a pass without a code': [
    {
      answer: Type.Object({ code: Type.Optional(Type.String()) }),
      submit: (_: never, { code }: { code?: string }) => (code === undefined ? pass() : retry({})),
    },
    /took an empty answer/,
  ],
  'a fact that is not listed': [
    { show: () => pass({ know: [know(facts.user, { id: 'u1', username: 'ada' })] }) },
    /"user" is not in `gives`/,
  ],
  'a fact that is not what it says': [
    { gives: [facts.user], show: () => pass({ know: [{ fact: 'user', value: { id: 1 } }] }) },
    /fact "user"/,
  ],
  'what JSON cannot hold': [{ show: () => ask(screen(msg('code.title'), code, go), { keep: new Date(0) }) }, /not plain JSON/],
}
for (const [what, [changes, complaint]] of Object.entries(broken)) {
  test(`the contract complains about ${what}`, () => assert.rejects(stageContract(stageWith(changes)), complaint))
}

test('settings that the stage itself refuses fail the test', () => {
  const stage = stageWith({ check: () => [{ pointer: '/digits', message: 'must be even' }] })
  assert.throws(() => drive(stage, {}), /\/digits must be even/)
})

test('a stage reaches only what it declares', async () => {
  const asks = (show: Stage['show'], more: object = {}) =>
    drive(stageWith({ show, ...more }), {}, { use: { passwords: memoryPasswords() } }).show()
  await assert.rejects(
    asks((ctx) => pass({ know: [know(facts.login, ctx.need(facts.login))] })),
    /"login" is not in `needs`/,
  )
  await assert.rejects(
    asks(async (ctx) => {
      await (ctx.use as { passwords: Passwords }).passwords.verify(undefined, '')
      return pass()
    }),
    TypeError,
  )
  await assert.rejects(
    asks(() => pass(), { use: { users: ports.users } }),
    /uses the port "users"/,
  )
})

test('an answer sees what was kept, the settings with defaults, and nothing that it did not name', async () => {
  const seen: unknown[] = []
  const stage = stageWith({
    show: () => ask(screen(msg('code.title'), code, go), { keep: { nonce: 'n' } }),
    submit: (ctx: { kept: unknown; settings: unknown }, answer: unknown) => {
      seen.push(ctx.kept, ctx.settings, answer)
      return retry({})
    },
  })
  await drive(stage, {}).submit({ code: '1', other: 'x' })
  assert.deepEqual(seen, [{ nonce: 'n' }, { digits: 6 }, { code: '1' }])
})

const texts = (en: Record<string, string>, de: Record<string, string>) => ({
  id: 'code',
  version: '1.0.0',
  api: '^1',
  messages: { en, de },
})

test('the messages contract compares texts, languages and source', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'plugin.ts'), `msg('code.left', { count: 1 })`)
  const en = { 'code.left': '{count, plural, one {# code} other {# codes}} left' }
  messagesContract(texts(en, { 'code.left': 'noch {count, number}' }), folder)

  assert.throws(() => messagesContract(texts(en, {}), folder), /in de/)
  assert.throws(() => messagesContract(texts(en, { 'code.left': 'noch {anzahl}' }), folder), /arguments of code\.left in de/)
  assert.throws(() => messagesContract(texts(en, { 'code.left': 'noch {count' }), folder))
  assert.throws(() => messagesContract(texts(en, { 'code.left': ' ' }), folder), /empty in de/)
  const more = { ...en, 'code.unused': 'x' }
  assert.throws(() => messagesContract(texts(more, more), folder), /what the source names/)
  assert.throws(() => messagesContract(texts({}, {}), folder), /what the source names/)
})
