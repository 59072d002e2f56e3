import assert from 'node:assert/strict'
import test from 'node:test'
import {
  defineAuthenticator,
  definePart,
  facts,
  know,
  literal,
  type Message,
  msg,
  pass,
  retry,
  ask,
  screen,
  Type,
  type Factor,
  type Outcome,
} from 'sluice/plugin'
import { aDevice, drive, type Given, messagesContract, screenOf, stageContract } from 'sluice/kit'
import plugin from './plugin.ts'
import { secondFactor } from './second-factor.ts'
import { authenticatorSetup } from './setup.ts'

/** Whoever says its name has it. */
const authenticator = (kind: string, factor: Factor = 'possession', backup = false) => {
  const answer = Type.Object({ word: Type.String() })
  const page = (title: string) =>
    ask(
      screen(
        literal(title),
        { node: 'field', input: 'text', name: 'word', label: literal('Word'), required: true },
        { node: 'button', label: literal('Go') },
      ),
      { keep: { asked: title } },
    )
  const add = { effect: 'devices.add', data: { kind } }
  return {
    authenticator: defineAuthenticator({
      kind,
      label: literal(kind),
      description: literal(`about ${kind}`),
      settings: Type.Object({}),
      proves: () => ({ [kind]: [factor] }),
      backup,
      enrol: definePart({
        answer,
        show: () => page(`enrol ${kind}`),
        submit: (_, { word }) => (word === kind ? pass({ proof: kind, do: [add] }) : retry({ word: literal('no') })),
      }),
      verify: definePart({
        answer,
        show: () => page(`verify ${kind}`),
        submit: (_, { word }) => (word === kind ? pass({ proof: kind }) : retry({ word: literal('no') })),
      }),
    }),
  }
}
const [app, key, codes] = [authenticator('app'), authenticator('key'), authenticator('codes', 'possession', true)]
const device = (kind: string, lastUsedAt?: Date) => ({ ...aDevice({ id: `of-${kind}`, data: null, lastUsedAt }), kind })
const now = new Date('2026-01-01T00:00:00Z')
const known = [know(facts.user, { id: 'id-ada', username: 'ada' })]
const pwd = { method: 'pwd', at: now.getTime() }

type More = Given['authenticators'] & { readonly proofs?: Given['proofs']; readonly wants?: Given['wants']; readonly settings?: object }
const stage = ({ proofs = [pwd], wants, settings = {}, ...authenticators }: More) =>
  drive(secondFactor, settings, {
    know: known,
    proofs,
    ...(wants && { wants }),
    authenticators: { enabled: [app, key, codes], ...authenticators },
  })
const title = (outcome: Outcome): unknown => {
  const said = screenOf(outcome).title
  return 'text' in said ? said.text : said.key
}
const buttons = (outcome: Outcome) =>
  screenOf(outcome).nodes.flatMap((node) => (node.node === 'button' && node.name ? [`${node.name}=${node.value}`] : []))
const nothing = { go: 'pass' }
const refused = { go: 'deny', why: { key: 'second-factor.refused' } }
const required = { mfa: { require: true } }

test('meets the stage contract', async () => {
  await stageContract(secondFactor, {}, { know: known, proofs: [pwd], authenticators: { enabled: [app], devices: [device('app')] } })
  await stageContract(authenticatorSetup, {}, { know: known, proofs: [pwd], authenticators: { enabled: [app, codes] } })
})
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('where nobody needs one, whoever has none is not asked, and whoever has one is', async () => {
  assert.deepEqual(await stage({}).show(), nothing)
  assert.deepEqual(await stage({ devices: [device('codes')] }).show(), nothing, 'codes alone are no second factor')
  const driven = stage({ devices: [device('app')] })
  assert.equal(title(await driven.show()), 'verify app')
  assert.equal((await driven.submit({ word: 'wrong' })).go, 'retry')
  assert.deepEqual(await driven.submit({ word: 'app' }), { go: 'pass', proof: 'app', know: [], do: [] })
})

test('the last used comes first and codes last; others are a choice away', async () => {
  const devices = [device('codes', new Date(9)), device('app', new Date(1)), device('key', new Date(5))]
  const driven = stage({ devices })
  const first = await driven.show()
  assert.deepEqual([title(first), buttons(first)], ['verify key', ['use=other']])
  const choice = await driven.submit({ use: 'other' })
  assert.deepEqual([title(choice), buttons(choice)], ['second-factor.choose', ['use=key', 'use=app', 'use=codes']])
  assert.equal(title(await driven.submit({ use: 'codes' })), 'verify codes')
  assert.deepEqual(await driven.submit({ word: 'codes' }), { go: 'pass', proof: 'codes', know: [], do: [] })
})

test('only what the user has, and is accepted here, can be chosen', async () => {
  const driven = stage({ devices: [device('app'), device('key')], settings: { authenticators: ['app'] } })
  assert.deepEqual(buttons(await driven.show()), [])
  for (const use of ['key', 'codes', '__proto__', 'constructor', '']) {
    assert.equal(title(await driven.submit({ use })), 'second-factor.choose')
    assert.deepEqual(buttons(await driven.submit({ use: 'other' })), ['use=app'])
  }
})

test('where all users need one, whoever has none sets one up', async () => {
  const driven = stage(required)
  const choice = await driven.show()
  assert.deepEqual([title(choice), buttons(choice)], ['second-factor.choose-new', ['use=app', 'use=key']])
  assert.equal(title(await driven.submit({ use: 'key' })), 'enrol key')
  assert.deepEqual(await driven.submit({ word: 'key' }), {
    go: 'pass',
    proof: 'key',
    know: [know(facts.enrolled, { kinds: ['key'] })],
    do: [{ effect: 'devices.add', data: { kind: 'key' } }],
  })
  assert.equal(title(await stage({ ...required, enabled: [app, codes] }).show()), 'enrol app', 'a choice of one is none')
  assert.deepEqual(await stage({ ...required, enabled: [codes] }).show(), refused)
  assert.deepEqual(await stage({ ...required, settings: { enrol: false } }).show(), refused)
})

test('a step can require one of everybody, or only of those who have one', async () => {
  assert.equal(title(await stage({ settings: { require: 'always' }, enabled: [app] }).show()), 'enrol app')
  assert.deepEqual(await stage({ settings: { require: 'enrolled' } }).show(), nothing)
  assert.equal(title(await stage({ settings: { require: 'enrolled' }, devices: [device('app')] }).show()), 'verify app')
})

test('two different factors are enough; the same factor twice is not', async () => {
  const passkey = { method: 'app', at: 0 }
  assert.deepEqual(await stage({ ...required, proofs: [pwd, passkey], devices: [device('app')] }).show(), nothing)
  const question = authenticator('question', 'knowledge')
  assert.deepEqual(
    await stage({ ...required, enabled: [question], devices: [device('question')] }).show(),
    refused,
    'a password and a question',
  )
})

test('during the grace period it can be put off, and not after it', async () => {
  const dueAt = new Date(now.getTime() + 86_400_000)
  const driven = stage({ ...required, enabled: [app], dueAt })
  const page = await driven.show()
  assert.deepEqual([title(page), buttons(page)], ['enrol app', ['later=on']])
  assert.deepEqual(await driven.submit({ later: 'on' }), nothing)
  const late = stage({ ...required, enabled: [app], dueAt: now })
  assert.deepEqual(buttons(await late.show()), [])
  assert.equal((await late.submit({ later: 'on' })).go, 'retry')
  assert.deepEqual(buttons(await stage({ settings: { require: 'always' }, enabled: [app], dueAt }).show()), [], 'a step knows no grace')
})

test('a browser that is trusted is not asked, unless an application or the step wants it', async () => {
  const trust = [{ userId: 'id-ada', until: now.getTime() + 1000, provedAt: undefined }]
  const mfa = { require: true, trust: 86_400 }
  const more = { mfa, trust, devices: [device('app')] }
  assert.deepEqual(await stage(more).show(), nothing)
  assert.equal(title(await stage({ ...more, wants: { levels: ['2'] } }).show()), 'verify app')
  assert.equal(title(await stage({ ...more, wants: { maxAge: 0 } }).show()), 'verify app')
  assert.equal(title(await stage({ ...more, settings: { trust: false } }).show()), 'verify app')
  assert.equal(title(await stage({ ...more, trust: [{ ...trust[0]!, userId: 'somebody else' }] }).show()), 'verify app')
  assert.equal(title(await stage({ ...more, trust: [{ ...trust[0]!, until: now.getTime() }] }).show()), 'verify app')
  assert.equal(title(await stage({ ...more, mfa: { require: true } }).show()), 'verify app', 'the settings allow it no more')
})

test('whoever proves one can trust the browser', async () => {
  const driven = stage({ mfa: { trust: 30 * 86_400 }, devices: [device('app')] })
  const { nodes } = screenOf(await driven.show())
  const box = nodes.find((node) => node.node === 'field' && node.input === 'check')
  assert.deepEqual(box?.node === 'field' && 'label' in box && box.label, msg('second-factor.trust', { days: 30 }))
  const outcome = await driven.submit({ word: 'app', trust: 'on' })
  assert.deepEqual(outcome.go === 'pass' && outcome.know, [know(facts.trustBrowser, { seconds: 30 * 86_400 })])
})

test('nobody trusts a browser where that is not offered', async () => {
  const outcome = await stage({ devices: [device('app')] }).submit({ word: 'app', trust: 'on' })
  assert.deepEqual(outcome.go === 'pass' && outcome.know, [])
})

test('where an application wants a level, only what reaches it is asked for', async () => {
  const levels = [{ acr: 'strong', factors: 2, methods: ['key'] }]
  const more = { mfa: { levels }, wants: { levels: ['strong'] } }
  assert.equal(title(await stage({ ...more, devices: [device('app', new Date(9)), device('key')] }).show()), 'verify key')
  assert.deepEqual(await stage({ ...more, proofs: [pwd, { method: 'key', at: 0 }], devices: [device('key')] }).show(), nothing)
  assert.equal(title(await stage({ ...more, devices: [] }).show()), 'enrol key', 'whoever has none at all sets it up')
})

test('whoever has another factor shows that before they set up what a level wants', async () => {
  const more = { mfa: { levels: [{ acr: 'strong', factors: 2, methods: ['key'] }] }, wants: { levels: ['strong'] } }
  const driven = stage({ ...more, devices: [device('app')] })
  assert.equal(title(await driven.show()), 'verify app')
  const next = await driven.submit({ word: 'app' })
  assert.deepEqual([title(next), next.go === 'ask' && next.proof], ['enrol key', 'app'])
})

/** As `one`, which cannot be used now for this reason, or whose lists break at its devices. */
const kept = { key: 'no-server' }
const unusable = ({ authenticator }: typeof app, usable: () => true | Message = () => kept) => ({
  authenticator: { ...authenticator, usable },
})
const failing = ({ authenticator }: typeof app) => ({
  authenticator: {
    ...authenticator,
    describe: (): Message => {
      throw new Error('a bug')
    },
  },
})
const lost = (kind: string) => ({ ...device(kind), data: undefined })
const broken = { go: 'deny', why: { key: 'core.devices.broken' } }

test('what cannot be used now is not offered', async () => {
  const devices = [device('app', new Date(9)), device('key', new Date(5)), device('codes')]
  const driven = stage({ enabled: [unusable(app), key, codes], devices })
  const first = await driven.show()
  assert.deepEqual([title(first), buttons(first)], ['verify key', ['use=other']])
  assert.deepEqual(buttons(await driven.submit({ use: 'other' })), ['use=key', 'use=codes'])
  assert.deepEqual(buttons(await driven.submit({ use: 'app' })), ['use=key', 'use=codes'])
  const back = stage({ enabled: [unusable(app, () => true), key], devices })
  assert.equal(title(await back.show()), 'verify app')
})

test('whoever has nothing else is told why, and is let in with less by nothing', async () => {
  const told = { go: 'deny', why: kept }
  const bug = unusable(app, () => {
    throw new Error('a bug')
  })
  for (const more of [{}, required, { settings: { require: 'enrolled' } }, { settings: { require: 'always' } }] satisfies More[])
    for (const [given, said] of [
      [{ enabled: [unusable(app), key], devices: [device('app')] }, told],
      [{ enabled: [bug, key], devices: [device('app')] }, broken],
      [{ devices: [lost('app')] }, broken],
      [{ enabled: [failing(app), key], devices: [device('app')] }, broken],
      [{ devices: [lost('app'), lost('codes')] }, broken],
    ] as const)
      assert.deepEqual(await stage({ ...given, ...more }).show(), said)
  const levels = { wants: { levels: ['2'] }, devices: [lost('app')] }
  assert.deepEqual(await stage(levels).show(), broken)
  const grace = { mfa: { require: true, grace: 3600 }, dueAt: new Date(now.getTime() + 1000), devices: [lost('app')] }
  assert.deepEqual(await stage(grace).show(), broken, 'nor in the grace period')
})

test('what cannot be used any more while its page is open proves nothing', async () => {
  let usable: true | Message = true
  const driven = stage({ enabled: [unusable(app, () => usable)], devices: [device('app')] })
  await driven.show()
  usable = kept
  assert.deepEqual(await driven.submit({ word: 'app' }), { go: 'deny', why: kept })
})

test('beside one that is broken the others do, and emergency codes too', async () => {
  const two = stage({ devices: [lost('app'), { ...device('app'), id: 'another' }] })
  assert.deepEqual(await two.submit({ word: 'app' }), { go: 'pass', proof: 'app', know: [], do: [] })
  const emergency = await stage({ devices: [lost('app'), device('codes')] }).show()
  assert.deepEqual([title(emergency), buttons(emergency)], ['verify codes', []])
})

test('setting up asks for what is named, or only where it is missing', async () => {
  const setup = (settings: object, devices = [device('app')]) =>
    drive(authenticatorSetup, settings, { know: known, proofs: [pwd], authenticators: { enabled: [app, key, codes], devices } })
  assert.deepEqual(buttons(await setup({}).show()), ['use=app', 'use=key', 'use=codes'])
  assert.equal(title(await setup({ authenticators: ['codes'] }).show()), 'enrol codes')
  assert.deepEqual(await setup({ authenticators: ['app'], ask: 'missing' }).show(), nothing)
  assert.equal(title(await setup({ authenticators: ['codes'], ask: 'missing' }).show()), 'enrol codes')
  assert.deepEqual(await setup({ authenticators: ['gone'] }).show(), nothing)
  const done = await setup({ authenticators: ['codes'] }).submit({ word: 'codes' })
  assert.deepEqual(done.go === 'pass' && done.know, [know(facts.enrolled, { kinds: ['codes'] })])
})

test('whoever had something before they proved anything shows it before they set up something else', async () => {
  const had = (kind: string) => ({ ...device(kind), createdAt: new Date(0) })
  const setup = (more: object = {}, proofs = [pwd], devices = [had('app'), had('codes')]) =>
    drive(authenticatorSetup, {}, { know: known, proofs, authenticators: { enabled: [app, key, codes], devices, ...more } })
  const driven = setup()
  const first = await driven.show()
  assert.deepEqual([title(first), buttons(first)], ['verify app', ['use=other']])
  assert.equal(
    title(await driven.submit({ use: 'key' })),
    title(await driven.submit({ use: 'other' })),
    'what they do not have proves nothing',
  )
  await driven.submit({ use: 'app' })
  assert.equal((await driven.submit({ word: 'no' })).go, 'retry')
  const next = await driven.submit({ word: 'app' })
  assert.deepEqual([next.go === 'ask' && next.proof, buttons(next)], ['app', ['use=app', 'use=key', 'use=codes']])
  const chooses = ['use=app', 'use=key', 'use=codes']
  assert.deepEqual(buttons(await setup({}, [pwd, { method: 'app', at: pwd.at }]).show()), chooses, 'it was shown')
  assert.deepEqual(buttons(await setup({}, [pwd], [had('codes')]).show()), chooses, 'backup codes are none')
  const trust = [{ userId: 'id-ada', until: now.getTime() + 1000, provedAt: undefined }]
  assert.deepEqual(buttons(await setup({ mfa: { trust: 3600 }, trust }).show()), chooses, 'they trust the browser')
  const lostOne = await setup({}, [pwd], [{ ...lost('app'), createdAt: new Date(0) }] as never).show()
  assert.equal(lostOne.go, 'deny', 'what cannot be used counts as there')
})
