import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSituation } from '../../test/kit/situation.ts'
import { type Events, literal } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Condition, Judge, Situation, Verdict } from '../policy/types.ts'
import { createAccesses, type Asking } from './authorize.ts'
import { noFactors } from './factors.ts'
import { backChannel } from './back-channel.ts'
import { createRefusals } from './refusals.ts'
import type { FoundSession } from './sessions.ts'
import type { Visit } from './visit.ts'

const condition: Condition = { mode: 'any', bindings: [], hash: 'h', reads: [] }
const wiki = { slug: 'wiki', name: 'The Wiki' }
const open = { slug: 'open', name: 'Open' }
const snapshot = {
  factors: noFactors,
  applications: new Map<string, object>([
    ['wiki', { ...wiki, launchUrl: 'https://wiki.example.com', access: condition }],
    ['open', { ...open, launchUrl: 'https://open.example.com' }],
    ['quiet', { slug: 'quiet', name: 'Without an address' }],
  ]),
  flowAccess: new Map([['staff', condition]]),
} as unknown as Snapshot

const { request } = aSituation()
const ada: Asking = {
  request,
  user: { id: 'u1', username: 'ada' },
  session: { id: 's1', at: new Date(5) },
  proofs: [{ method: 'pwd', at: 5 }],
  levels: ['1'],
  trustedBrowser: false,
  knownBrowser: true,
}
const session: FoundSession = {
  id: 's1',
  proofs: ada.proofs,
  authenticatedAt: new Date(5),
  createdAt: new Date(5),
  expiresAt: new Date(5),
  seenAt: new Date(5),
  ip: '10.0.0.7',
  userAgent: 'browser',
  device: undefined,
  trustedUntil: undefined,
}

/** Accesses on a judge that says this, with what it was asked and what was recorded. */
const house = (verdict: Verdict) => {
  const asked: { readonly situation: Situation; readonly explain: boolean }[] = []
  const recorded: Parameters<Events['record']>[0][] = []
  const judge: Judge = async (_, situation, { explain = false } = {}) => {
    asked.push({ situation, explain })
    return explain ? { ...verdict, reasons: verdict.reasons.map((reason) => ({ ...reason, detail: 'x is false' })) } : verdict
  }
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const accesses = createAccesses({
    judge,
    judgeOfList: () => judge,
    events: { record: async (event) => void recorded.push(event) },
    log: quiet,
  })
  return { accesses, asked, recorded }
}
const yes: Verdict = { said: 'yes', reasons: [] }
const no: Verdict = { said: 'no', reasons: [{ of: 'policy "corporate"', said: 'no', negated: false, ms: 1.5 }] }
const failed: Verdict = { said: 'failed', reasons: [{ of: 'expression', said: 'failed', negated: false, detail: 'TypeError', ms: 1 }] }

test('what has no rules is open to everybody, without a question', async () => {
  const { accesses, asked } = house(no)
  assert.deepEqual(await accesses.ask(snapshot, { application: open }, ada), { allowed: true })
  assert.deepEqual(await accesses.ask(snapshot, { flow: { slug: 'x', title: 'X', designation: 'authorization' } }, ada), { allowed: true })
  assert.deepEqual(asked, [])
})

test('the judge is told all that is known, and asked once for a yes', async () => {
  const { accesses, asked, recorded } = house(yes)
  assert.deepEqual(await accesses.ask(snapshot, { application: wiki }, ada), { allowed: true })
  assert.deepEqual(asked, [
    {
      explain: false,
      situation: {
        about: { type: 'application', slug: 'wiki' },
        request,
        user: { id: 'u1', username: 'ada' },
        application: wiki,
        flow: undefined,
        facts: {},
        proofs: [{ method: 'pwd', at: 5 }],
        levels: ['1'],
        session: { id: 's1', at: 5 },
        knownBrowser: true,
        trustedBrowser: false,
      },
    },
  ])
  assert.deepEqual(recorded, [])
})

test('a no is explained once more, and recorded with its reasons', async () => {
  const { accesses, asked, recorded } = house(no)
  const access = await accesses.ask(snapshot, { application: wiki }, ada)
  assert.ok(!access.allowed)
  assert.deepEqual(access.why, { key: 'core.denied.access', params: { application: 'The Wiki' } })
  assert.equal(access.reason, 'policy "corporate": no, x is false')
  assert.deepEqual(
    asked.map(({ explain }) => explain),
    [false, true],
  )
  assert.deepEqual(
    recorded.map(({ action, userId, application, detail }) => ({ action, userId, application, detail })),
    [
      {
        action: 'access_denied',
        userId: 'u1',
        application: 'wiki',
        detail: {
          reference: access.reference,
          said: 'no',
          reasons: [{ of: 'policy "corporate"', said: 'no', negated: false, detail: 'x is false' }],
        },
      },
    ],
  )
})

test('the user is told why by the policy, or that it could not be checked', async () => {
  const why = async (verdict: Verdict, wanted: Parameters<typeof asks>[1]) => {
    const access = await asks(verdict, wanted)
    return access.allowed ? undefined : access.why
  }
  const asks = (verdict: Verdict, wanted: 'application' | 'flow') =>
    house(verdict).accesses.ask(
      snapshot,
      wanted === 'flow'
        ? { flow: { slug: 'staff', title: 'Staff', designation: 'authorization' }, application: wiki }
        : { application: wiki },
      ada,
    )
  assert.deepEqual(await why({ ...no, why: literal('Not on Sundays.') }, 'application'), { text: 'Not on Sundays.' })
  assert.deepEqual(await why(failed, 'application'), { key: 'core.denied.failed' })
  assert.deepEqual(await why(no, 'flow'), { key: 'core.denied.flow' })
})

test('an application that is gone is closed, whatever the judge says', async () => {
  const { accesses, recorded } = house(yes)
  const gone = { slug: 'gone', name: 'Gone' }
  assert.equal((await accesses.ask(snapshot, { application: gone }, ada)).allowed, false)
  assert.equal(recorded.length, 1)
})

test('a list of what can be opened, by name, records nothing, and a failure opens nothing', async () => {
  for (const [verdict, may] of [
    [yes, ['open', 'wiki']],
    [no, ['open']],
    [failed, ['open']],
  ] as const) {
    const { accesses, recorded } = house(verdict)
    assert.deepEqual(
      (await accesses.openable(snapshot, ada)).map(({ slug }) => slug),
      may,
    )
    assert.deepEqual(recorded, [])
  }
})

test('where no browser is, the sign-in counts: its address, its browser, what it proved, and never those of the application', async () => {
  const { accesses, asked } = house(yes)
  const channel = backChannel(accesses, { find: async (id) => (id === 's1' ? session : undefined) })
  const from = { ...request, ip: '192.0.2.9', userAgent: 'server' }
  assert.equal((await channel.authorize(snapshot, { userId: 'u1', sessionId: 's1' }, wiki, from)).allowed, true)
  assert.equal((await channel.authorize(snapshot, { userId: 'u1' }, wiki, from)).allowed, true)
  assert.deepEqual(
    asked.map(({ situation }) => [situation.request.ip, situation.request.userAgent, situation.proofs.length, situation.session?.at]),
    [
      ['10.0.0.7', 'browser', 1, 5],
      ['', '', 0, undefined],
    ],
  )
  const refusing = backChannel(house(no).accesses, { find: async () => session })
  assert.deepEqual(await refusing.authorize(snapshot, { userId: 'u1', sessionId: 's1' }, wiki, from), {
    allowed: false,
    reason: 'policy "corporate": no, x is false',
  })
  assert.equal((await refusing.authorize(snapshot, { userId: 'u1' }, open, from)).allowed, true)
  assert.equal((await refusing.authorize(snapshot, { userId: 'u1' }, { slug: 'gone', name: 'Gone' }, from)).allowed, false)
})

test('a refusal is found again at its browser and origin only', async () => {
  const kept = new Map<string, unknown>()
  const refusals = createRefusals({
    put: async (key: string, value: unknown) => void kept.set(key, value),
    get: async (key: string) => (kept.has(key) ? { value: kept.get(key), version: 1 } : undefined),
  } as never)
  const visit = (id: string, origin = 'https://id.example.com') => ({ browser: { id }, request: { ...request, origin } }) as Visit
  await refusals.keep(visit('b1'), 'ref', { to: 'home' })
  assert.deepEqual(await refusals.find(visit('b1'), 'ref'), { to: 'home' })
  assert.equal(await refusals.find(visit('b2'), 'ref'), undefined)
  assert.equal(await refusals.find(visit('b1', 'http://localhost:9000'), 'ref'), undefined)
  assert.equal(await refusals.find(visit('b1'), 'other'), undefined)
})
