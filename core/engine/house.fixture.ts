import assert from 'node:assert/strict'
import test from 'node:test'
import { ask, defineStage, deny, facts, know, literal, msg, pass, retry, screen, Type, type Json, type Stage } from '../api/index.ts'
import { noFactors } from '../access/factors.ts'
import type { Closed, Closing } from '../access/types.ts'
import { testDatabase } from '../data/fixture.ts'
import type { Condition, Judge, Situation } from '../policy/types.ts'
import { databaseStore } from '../store/database.ts'
import { compileFlow } from './compile.ts'
import { Engine } from './engine.ts'
import type { Asker } from './parts.ts'
import type { FlowSpec, Program } from './program.ts'
import type { FlowLibrary } from './tree.ts'
import type { View } from './view.ts'

const users: Readonly<Record<string, { id: string; username: string; password: string }>> = {
  ada: { id: 'u-ada', username: 'ada', password: 'right' },
  bob: { id: 'u-bob', username: 'bob', password: 'bobs' },
}
const page = (name: string) => screen(literal(name), { node: 'field', input: 'text', name, label: literal(name) })
const text = (name: string) => Type.Object({ [name]: Type.Optional(Type.String()) })

const who = defineStage({
  kind: 'who',
  settings: Type.Object({}),
  answer: text('name'),
  gives: [facts.login, facts.user],
  show: () => ask(page('name')),
  submit(_ctx, { name }) {
    if (!name) return retry({ name: msg('core.field.required') })
    const user = users[name]
    return pass({ know: [know(facts.login, { identifier: name }), ...(user ? [know(facts.user, { id: user.id, username: name })] : [])] })
  },
})
const secret = defineStage({
  kind: 'secret',
  settings: Type.Object({}),
  answer: text('word'),
  needs: [facts.login],
  proves: ['pwd'],
  show: () => ask(page('word')),
  submit(ctx, { word }) {
    if (word === 'crash') throw new Error('the stage broke')
    const user = users[ctx.peek(facts.user)?.username ?? '']
    return word !== undefined && user?.password === word ? pass({ proof: 'pwd' }) : retry({ '': msg('core.field.invalid') })
  },
})
/** A second factor: whatever is sent but `wrong` is right. */
const code = defineStage({
  kind: 'code',
  settings: Type.Object({}),
  answer: text('code'),
  needs: [facts.user],
  proves: ['totp'],
  show: () => ask(page('code')),
  submit: (_, { code }) => (code && code !== 'wrong' ? pass({ proof: 'totp' }) : retry({ code: msg('core.field.invalid') })),
})
const liar = defineStage({
  kind: 'liar',
  settings: Type.Object({
    when: Type.Enum(['show', 'submit'], { title: 'When', description: 'It claims a proof.' }),
    proof: Type.String({ title: 'Proof', description: 'Claimed.' }),
  }),
  answer: text('x'),
  proves: ['pwd'],
  show: ({ settings }) => (settings.when === 'show' ? pass({ proof: settings.proof }) : ask(page('x'))),
  submit: ({ settings }) => pass({ proof: settings.proof }),
})
const asks = defineStage({
  kind: 'asks',
  settings: Type.Object({ key: Type.String({ title: 'Key', description: 'Of the field.' }) }),
  answer: (settings: { key: string }) => text(settings.key),
  gives: [facts.data],
  show: ({ settings }) => ask(page(settings.key)),
  submit: (ctx, answer) =>
    pass({
      know: [know(facts.data, { ...ctx.peek(facts.data), ...answer })],
      do: [{ effect: 'note', data: answer as Json, back: 'data' }],
    }),
})
/** Asks for a new password, and hashes it badly. */
const chooses = defineStage({
  kind: 'chooses',
  settings: Type.Object({}),
  answer: text('new'),
  gives: [facts.newPassword],
  show: () => ask(page('new')),
  submit: (_, { new: typed = '' }) => pass({ know: [know(facts.newPassword, { hash: `hash of ${typed}` })] }),
})
/** Writes what was asked to whoever the run is about, without being asked anything itself. */
const writes = defineStage({
  kind: 'writes',
  settings: Type.Object({}),
  answer: Type.Object({}),
  needs: [facts.user],
  show: () => pass({ do: [{ effect: 'write', data: null }] }),
  submit: () => deny(msg('core.denied.title')),
})
const refuses = defineStage({
  kind: 'refuses',
  settings: Type.Object({}),
  answer: text('x'),
  show: () => ask(page('x')),
  submit: () => deny(msg('core.denied.title'), { byUser: true }),
})
const ends = defineStage({
  kind: 'ends',
  settings: Type.Object({}),
  answer: Type.Object({}),
  ends: true,
  show: () => deny(msg('core.denied.title')),
  submit: () => deny(msg('core.denied.title')),
})
const stages: readonly Stage[] = [who, secret, code, liar, asks, chooses, writes, refuses, ends]

/** What conditions are here: `yes`, `no`, `broken` (cannot be judged), `throws`, and `what:word` about a run. */
const meanings: Readonly<Record<string, (word: string, situation: Situation) => boolean>> = {
  yes: () => true,
  no: () => false,
  throws: () => {
    throw new Error('the judge broke')
  },
  user: (word, { user }) => user?.username === word,
  proved: (word, { proofs }) => proofs.some(({ method }) => method === word),
  knows: (word, { facts }) => Object.hasOwn(facts, word),
  ip: (word, { request }) => request.ip === word,
  browser: (_, { knownBrowser }) => knownBrowser,
  stranger: (_, { user }) => user === undefined,
}

const condition: FlowLibrary['condition'] = (written) => {
  const what = typeof written === 'string' ? written : 'no'
  if (what !== 'broken' && !meanings[what.split(':')[0] ?? '']) return { problems: [{ path: [], message: `"${what}" is no condition` }] }
  const compiled: Condition = { mode: 'any', bindings: [], hash: what, reads: what.startsWith('user') ? ['user'] : [] }
  return { condition: compiled, refers: what === 'user:ada' ? [{ to: 'user', name: 'ada', path: [] }] : [] }
}

export const judge: Judge = async ({ hash }, situation) => {
  const [what = '', word = ''] = hash.split(':')
  const said = what === 'broken' ? 'failed' : meanings[what]?.(word, situation) ? 'yes' : 'no'
  return { said, reasons: [{ of: 'expression', said, negated: false, detail: `${hash} is ${said}`, ms: 0 }] }
}

export const libraryOf = (flows: Readonly<Record<string, FlowSpec>> = {}): FlowLibrary => ({
  stage: (kind) => stages.find((stage) => stage.kind === kind),
  settings: (_stage, value) => ({ value: value as Record<string, unknown> }),
  answers: (schema) => (value) => {
    const given = value as Record<string, unknown>
    const fits = Object.keys(schema.properties).every((name) => given[name] === undefined || typeof given[name] === 'string')
    return fits ? { value: given } : { problems: [{ path: [], message: 'does not fit' }] }
  },
  unknownStage: (kind) => `there is no stage "${kind}"`,
  condition,
  flow: (slug) => (Object.hasOwn(flows, slug) ? flows[slug] : undefined),
  unknownFlow: (slug) => `there is no flow "${slug}"`,
})

export const program = (
  steps: FlowSpec['steps'],
  more: Partial<FlowSpec> = {},
  flows: Readonly<Record<string, FlowSpec>> = {},
): Program => {
  const compiled = compileFlow('sign-in', { title: 'Sign in', designation: 'authentication', steps, ...more }, libraryOf(flows))
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled.program
}

/** An engine on a real store; closing is recorded, and answered as the test says. */
export async function house() {
  const database = await testDatabase()
  let now = Date.UTC(2026, 0, 1)
  const closings: Closing[] = []
  const events: { action: string; detail?: Json }[] = []
  const logs: object[] = []
  const situations: Situation[] = []
  let answer: (closing: Closing) => Closed = ({ session }) => ({
    closed: true,
    cookie: 'new',
    session: session && { id: 's1', userId: session.userId, at: new Date(now), methods: session.proofs.map(({ method }) => method) },
  })
  const log = (fields: object) => void logs.push(fields)
  const store = databaseStore(database, { now: () => new Date(now) })
  const engine = new Engine({
    store,
    events: { record: async (event) => void events.push(event as { action: string }) },
    log: { debug() {}, info: log, warn: log, error: log },
    now: () => now,
    use: () => ({}),
    judge: (condition, situation) => {
      situations.push(situation)
      return judge(condition, situation)
    },
    close: async (closing) => {
      closings.push(closing)
      return answer(closing)
    },
  })
  const asker = (browser = 'browser-a', more: Partial<Asker['request']> = {}, known: readonly string[] = []): Asker => ({
    request: { id: 'r', ip: '192.0.2.1', userAgent: 'test', locale: 'en', origin: 'http://localhost', at: new Date(now), ...more },
    browser: { id: browser, secret: 's', session: undefined, known, familiar: known, trust: [], cookie: undefined },
    factors: noFactors,
  })
  return {
    engine,
    store,
    closings,
    events,
    logs,
    situations,
    asker,
    pass: (seconds: number) => void (now += seconds * 1000),
    closeAs: (next: typeof answer) => void (answer = next),
    close: () => database.close(),
  }
}
export type House = Awaited<ReturnType<typeof house>>

export function asking(view: View): View & { is: 'asking' } {
  assert.equal(view.is, 'asking', JSON.stringify(view))
  return view as View & { is: 'asking' }
}
export const withHouse = (name: string, body: (h: House) => Promise<void>): void => {
  test(name, async () => {
    const h = await house()
    try {
      await body(h)
    } finally {
      await h.close()
    }
  })
}

/** Answers step after step, as somebody does who reads each page. */
export async function walk(
  h: House,
  flow: Program,
  answers: readonly Readonly<Record<string, unknown>>[],
  asker = h.asker(),
): Promise<View> {
  const programs = new Map([[flow.slug, flow]])
  let view = await h.engine.start({ program: flow, purpose: { to: 'home' } }, asker)
  for (const answer of answers) {
    const at = asking(view)
    view = await h.engine.answer(at.runId, at.challenge, answer, programs, asker)
  }
  return view
}
