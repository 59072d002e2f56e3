import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { msg, type Json } from '../api/index.ts'
import type { Closing } from '../access/types.ts'
import { judge, program, walk, withHouse } from './house.fixture.ts'
import { CannotSimulate, simulate, type Simulation, type SimulationParts } from './simulate.ts'

const ada = { id: 'u-ada', username: 'ada' }
const request = { ip: '192.0.2.1', at: new Date('2026-01-01T00:00:00Z'), locale: 'en', userAgent: 'test' }
const answers = { name: 'ada', word: 'right' }
const signedIn = [{ type: 'who' }, { type: 'secret' }]

const partsWith = (more: Partial<SimulationParts> = {}): SimulationParts & { readonly rehearsed: Closing[] } => {
  const rehearsed: Closing[] = []
  return {
    rehearsed,
    quietly: () => ({ use: () => ({}), useAuthenticator: () => ({}), judge }),
    async rehearse(closing) {
      rehearsed.push(closing)
      const session = closing.session && { id: 's', userId: closing.session.userId, at: request.at, methods: [] }
      return { closed: true, cookie: 'a cookie', session }
    },
    ...more,
  }
}
const simulated = (flow: Simulation['program'], more: Partial<Simulation> = {}, parts = partsWith()) =>
  simulate(parts, { program: flow, request, answers: {}, ...more })
const lines = ({ trace }: Awaited<ReturnType<typeof simulate>>) =>
  trace.map((line) => [line.step, line.did, ...('verdict' in line ? [line.verdict] : line.answered)].join(' '))

describe('a simulation', () => {
  const flow = program([
    ...signedIn,
    { choose: [{ when: 'user:bob', steps: [{ type: 'ends' }] }, { steps: [{ type: 'code', when: 'ip:192.0.2.1' }] }] },
  ])

  test('tells every step, every verdict with its reasons, and how it ends', async () => {
    const result = await simulated(flow, { answers: { ...answers, 'code-3.2.1.code': '1' } })
    assert.deepEqual(lines(result), [
      'who-1 ask name',
      'who-1 submit pass',
      'secret-2 ask word',
      'secret-2 submit pass',
      'choose-3.1 test no',
      'code-3.2.1 test yes',
      'code-3.2.1 ask code',
      'code-3.2.1 submit pass',
      ' close closed',
    ])
    const test = result.trace.find(({ did }) => did === 'test')
    assert.equal(test?.did === 'test' && test.reasons[0]?.detail, 'user:bob is no')
    assert.deepEqual(
      [result.ends, result.ends === 'closed' && [result.methods, result.username, result.session]],
      ['closed', [['pwd', 'totp'], 'ada', true]],
    )
    assert.ok(!JSON.stringify(result).includes('cookie'))
  })

  test('stops at what has no answer, and says what that is', async () => {
    const consent = program([{ type: 'chooses' }], { designation: 'enrollment' })
    const result = await simulated(consent, {})
    assert.equal(result.ends, 'closed', 'an optional field may stay empty')
    const stops = await simulated(flow, { answers: { name: 'ada', word: 'wrong' } })
    assert.deepEqual(stops.ends === 'asks' && [stops.step, stops.lacking, stops.errors], [
      'secret-2',
      [],
      { '': { key: 'core.field.invalid' } },
    ])
  })

  test('ends, however a flow leads back to its beginning', async () => {
    const restarts = program([{ type: 'who' }, { type: 'secret', onInvalid: 'restart' }])
    const result = await simulated(restarts, { answers: { name: 'ada', word: 'wrong' } })
    assert.deepEqual(result.ends === 'asks' && [result.step, result.notice], ['who-1', { key: 'core.field.invalid' }])
  })

  test('denies with its reason, and writes nothing then', async () => {
    const broken = program([...signedIn, { type: 'asks', with: { key: 'k' } }, { type: 'code', when: 'broken' }])
    const parts = partsWith()
    const result = await simulated(broken, { answers: { ...answers, k: 'v' } }, parts)
    assert.deepEqual(result.ends === 'denied' && result.why, msg('core.condition-failed'))
    assert.deepEqual([result.effects, parts.rehearsed], [[], []])
    assert.equal(lines(result).at(-1), 'code-4 test failed')
  })

  test('tells a stage that breaks', async () => {
    const result = await simulated(flow, { answers: { name: 'ada', word: 'crash' } })
    assert.deepEqual(result.ends === 'failed' && result.reason, 'the stage broke')
  })

  test('lists what it would write, without secrets, and says what stands against it', async () => {
    const enrol = program(
      [
        { type: 'asks', with: { key: 'username' } },
        { type: 'asks', with: { key: 'password' } },
      ],
      { designation: 'enrollment' },
    )
    const given = { username: 'eve', password: 'canary' }
    const result = await simulated(enrol, { answers: given })
    assert.deepEqual(
      result.effects.map(({ effect, data }) => [effect, data]),
      [
        ['note', { username: 'eve' }],
        ['note', { password: '[secret]' }],
      ],
    )
    const taken = partsWith({
      rehearse: async ({ effects }) => ({ closed: false, effect: effects[0] as never, errors: { username: msg('core.username-taken') } }),
    })
    const refused = await simulated(enrol, { answers: given }, taken)
    assert.deepEqual(refused.ends === 'asks' && [refused.step, refused.errors], ['asks-1', { username: { key: 'core.username-taken' } }])
    assert.deepEqual(refused.effects, [])
    assert.ok(!JSON.stringify([result, refused]).includes('canary'))
  })

  test('takes proofs for granted where it may, and says which', async () => {
    const result = await simulated(flow, { answers: { name: 'ada' }, assume: true })
    assert.deepEqual(result.ends === 'closed' && result.methods, ['pwd', 'totp'])
    assert.deepEqual(
      result.trace.flatMap((line) => (line.did === 'ask' && line.assumed ? [`${line.step} ${line.assumed}`] : [])),
      ['secret-2 pwd', 'code-3.2.1 totp'],
    )
    const nobody = await simulated(flow, { answers: { name: 'nobody' }, assume: true })
    assert.equal(nobody.ends, 'asks', 'nothing is proved of nobody')
    const wrong = await simulated(flow, { answers: { name: 'ada', word: 'wrong' }, assume: true })
    assert.equal(wrong.ends, 'asks', 'an answer that was given counts')
  })

  test('begins with the user where flows are about somebody who is known', async () => {
    const authorize = program([{ type: 'ends', when: 'user:ada' }], { designation: 'authorization' })
    assert.equal((await simulated(authorize, { user: ada })).ends, 'denied')
    assert.equal((await simulated(authorize, { user: { id: 'u-bob', username: 'bob' } })).ends, 'closed')
    await assert.rejects(simulated(authorize), (error: Error) => error instanceof CannotSimulate && /say who it is/.test(error.message))
    const recover = program([{ type: 'writes' }], { designation: 'recovery', entry: 'link' })
    const parts = partsWith()
    assert.equal((await simulated(recover, { user: ada }, parts)).ends, 'closed')
    assert.deepEqual(parts.rehearsed[0]?.unproved, [])
  })

  test('asks what guards the flow before its first step, and what guards the application after its last', async () => {
    const guard = (hash: string) => ({ mode: 'all', bindings: [], hash, reads: [] }) as const
    const application = { slug: 'wiki', name: 'The Wiki' }
    const entered = (result: Awaited<ReturnType<typeof simulate>>) =>
      result.trace.flatMap((line) => (line.did === 'test' ? [`${line.step}: ${line.verdict}, ${line.reasons[0]?.detail}`] : []))
    const signIn = program(signedIn)
    const closed = await simulated(signIn, { answers, application, guards: { flow: guard('no') } })
    assert.deepEqual([closed.trace.length, entered(closed)], [1, [`flow ${signIn.slug}: no, no is no`]])
    assert.deepEqual(closed.ends === 'denied' && closed.why, msg('core.denied.flow'))

    const guards = { flow: guard('yes'), application: guard('user:bob') }
    const parts = partsWith()
    const other = await simulated(signIn, { answers, application, guards }, parts)
    assert.deepEqual(other.ends === 'denied' && other.why, msg('core.denied.access', { application: 'The Wiki' }))
    assert.deepEqual(entered(other), [`flow ${signIn.slug}: yes, yes is yes`, 'application wiki: no, user:bob is no'])
    assert.equal(parts.rehearsed.length, 1, 'the sign-in itself is over by then')
    const proved = { ...guards, application: guard('proved:pwd') }
    assert.equal((await simulated(signIn, { answers, application, guards: proved })).ends, 'closed')
    const unjudged = await simulated(signIn, { answers, application, guards: { application: guard('broken') } })
    assert.deepEqual(unjudged.ends === 'denied' && unjudged.why, msg('core.denied.failed'))
    assert.equal((await simulated(signIn, { answers, guards })).ends, 'closed', 'without an application nothing is asked about one')

    const authorize = program([{ type: 'chooses' }], { designation: 'authorization' })
    const early = await simulated(authorize, { user: ada, application, guards })
    assert.deepEqual(
      [early.ends, entered(early)],
      ['denied', ['application wiki: no, user:bob is no']],
      'nobody is asked to consent in vain',
    )
  })

  test('sees the session that it is told of, outside of signing in', async () => {
    const flow = program([{ type: 'ends', when: 'proved:totp' }], { designation: 'authorization' })
    assert.equal((await simulated(flow, { user: ada, session: { methods: ['totp'] } })).ends, 'denied')
    assert.equal((await simulated(flow, { user: ada, session: { methods: ['pwd'] } })).ends, 'closed')
  })

  withHouse('counts attempts where real runs do, and leaves theirs alone', async (h) => {
    const signIn = program(signedIn)
    const simulation = () => simulated(signIn, { answers: { name: 'ada', word: 'wrong' } }, partsWith({ store: h.store }))
    const first = await simulation()
    assert.deepEqual(
      first.claims.map(({ key, did, by }) => [key.replace(/:[\w-]{43}$/, ''), did, by]),
      [
        ['attempts:secret:address:192.0.2.1', 'count', 1],
        ['attempts:secret:account', 'count', 1],
      ],
    )
    assert.deepEqual((await simulated(signIn, { answers }, partsWith({ store: h.store }))).claims, [], 'what succeeds costs nothing')
    for (let i = 0; i < 20; i++) await simulation()
    const right = await walk(h, signIn, [{ name: 'ada' }, { word: 'right' }])
    assert.equal(right.is, 'closed')
  })

  test('gives stages ports that write nothing, and tells what they would have claimed', async () => {
    const seen: Json[] = []
    const parts = partsWith({
      quietly: ({ store, events, clock }) => {
        void events.record({ action: 'never' })
        const use = () => {
          seen.push(clock.now().toISOString())
          void store.increment('who:tries', 60)
          return {}
        }
        return { use, useAuthenticator: use, judge }
      },
    })
    const result = await simulated(program(signedIn), { answers }, parts)
    assert.deepEqual(new Set(seen), new Set([request.at.toISOString()]))
    assert.deepEqual(result.claims, [{ key: 'who:tries', did: 'count', by: 4 }])
  })
})
