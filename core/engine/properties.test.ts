import { noFactors } from '../access/factors.ts'
import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import * as fc from 'fast-check'
import type { Closing } from '../access/types.ts'
import { overlayStore } from '../store/overlay.ts'
import { compileFlow } from './compile.ts'
import { Engine } from './engine.ts'
import { judge, libraryOf } from './house.fixture.ts'
import { limits } from './limits.ts'
import { modelled, type Taken } from './model.fixture.ts'
import type { Asker } from './parts.ts'
import type { Program } from './program.ts'
import { type Act, acts, randomFlow, type RandomFlow } from './random.fixture.ts'
import { simulate } from './simulate.ts'
import type { TraceLine } from './state.ts'
import type { View } from './view.ts'

const at = new Date('2026-01-01T00:00:00Z')
const request = { ip: '192.0.2.1', userAgent: 'test', locale: 'en', at }
const asker: Asker = {
  request: { id: 'r', origin: 'http://localhost', ...request },
  browser: { id: 'b', secret: 's', session: undefined, known: [], familiar: [], trust: [], cookie: undefined },
  factors: noFactors,
}

const compiled = ({ steps, flows, designation }: RandomFlow): Program | undefined => {
  const result = compileFlow('f', { title: 'F', designation, steps }, libraryOf(flows))
  return 'program' in result ? result.program : undefined
}

/** An engine in memory that says what it did. */
const engineOf = () => {
  const closings: Closing[] = []
  const trace: TraceLine[] = []
  const engine = new Engine({
    store: overlayStore(),
    events: { record: async () => {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => at.getTime(),
    use: () => ({}),
    judge,
    trace: (line) => void trace.push(line),
    close: async (closing) => {
      closings.push(closing)
      const session = closing.session && { id: 's', userId: closing.session.userId, at, methods: [] }
      return { closed: true, cookie: undefined, session }
    },
  })
  return { engine, closings, trace }
}

const fieldOf: Readonly<Record<string, string>> = { who: 'name', secret: 'word', code: 'code', asks: 'k' }
const own = (step: string) => step.slice(step.lastIndexOf('/') + 1)
const kindOf = (step: string) => own(step).split('-')[0] ?? ''
const passwords: Readonly<Record<string, string>> = { ada: 'right', bob: 'bobs' }

/** What is typed, what it means, and whether the house takes it: only names are known, and only the right word of whoever it is. */
const typed = (kind: string, wish: string, user: string | undefined) => {
  const answer = wish === 'good' ? (kind === 'who' ? 'ada' : 'right') : wish
  if (kind === 'who') {
    const isName = answer === 'ada' || answer === 'bob' || answer === 'nobody'
    return { answer, value: isName ? answer : '', taken: isName }
  }
  if (kind === 'asks') return { answer, value: answer, taken: true }
  const right = kind === 'secret' ? passwords[user ?? ''] : '123456'
  const isRight = answer === 'right' && right !== undefined
  return { answer, value: isRight ? right : answer === '' ? '' : 'wrong', taken: isRight }
}

/**
 * Does what somebody might, and keeps beside it the answers that count: those that were taken, without those of steps that were gone back
 * from. Where a run stands must be what a reader of the flow says who knows these answers only.
 */
async function live(flow: RandomFlow, program: Program, doing: readonly Act[]) {
  const { engine, closings, trace } = engineOf()
  const programs = new Map([[program.slug, program]])
  let taken: Taken[] = []
  let kept = {}
  let failures = 0
  /** Pages that can be gone back to, by the place of their answers among those that count. */
  let before: { challenge: string; step: string }[] = []
  const used: { challenge: string; answer: Record<string, string> }[] = []
  let view: View = await engine.start({ program, purpose: null }, asker)

  const agrees = () => {
    const said = modelled(flow, taken, kept)
    if (view.is === 'asking') assert.deepEqual({ is: 'asks', step: own(view.step) }, { is: said.is, step: said.is === 'asks' && said.step })
    else if (view.is === 'denied') assert.equal(said.is === 'denied' && said.why, 'key' in view.why && view.why.key)
    else {
      assert.equal(view.is, 'closed')
      assert.ok(said.is === 'closed', JSON.stringify(said))
      assert.deepEqual([view.user?.username, view.proofs.map(({ method }) => method)], [said.user, said.methods])
      const closing = closings.at(-1)
      if (flow.designation === 'authentication') {
        assert.ok(closing?.session && closing.session.proofs.length > 0)
        assert.deepEqual(
          closing.session.proofs.map(({ method }) => method),
          said.methods,
        )
      }
      assert.deepEqual(
        closing?.unproved ?? [],
        said.unproved.map((user) => `u-${user}`),
      )
    }
  }

  agrees()
  for (const act of doing) {
    if (view.is !== 'asking') break
    const { runId, challenge, step } = view
    if (act.act === 'restart') {
      view = await engine.restart(runId, programs, asker)
      ;[taken, before, kept] = [[], [], {}]
    } else if (act.act === 'replay') {
      const old = used[act.of % Math.max(1, used.length)]
      if (!old || before.some((page) => page.challenge === old.challenge)) continue
      view = await engine.answer(runId, old.challenge, old.answer, programs, asker)
    } else if (act.act === 'back') {
      const place = before.findIndex(({ challenge: one }) => one !== '')
      const page = before[place]
      if (!page || kindOf(page.step) !== 'who') continue
      view = await engine.answer(runId, page.challenge, { name: act.answer }, programs, asker)
      used.push({ challenge: page.challenge, answer: { name: act.answer } })
      taken = [...taken.slice(0, place), { step: own(page.step), answer: act.answer }]
      before = [...before.slice(0, place), page]
    } else {
      const kind = kindOf(step)
      const { known } = modelled(flow, taken, kept)
      const { value, answer: meant, taken: isTaken } = typed(kind, act.answer, known.user)
      const answer = { [fieldOf[kind] ?? '']: value }
      view = await engine.answer(runId, challenge, answer, programs, asker)
      used.push({ challenge, answer })
      if (isTaken) {
        taken = [...taken, { step: own(step), answer: meant }]
        before = [...before, { challenge: kind === 'who' || kind === 'asks' ? challenge : '', step }]
      } else {
        const instruction = program.instructions.find((one) => one.is === 'stage' && one.id === step)
        const onInvalid = instruction?.is === 'stage' ? instruction.onInvalid : 'retry'
        if (kind === 'secret' || kind === 'code') failures++
        if (failures >= limits.run) {
          assert.equal(view.is === 'denied' && 'key' in view.why && view.why.key, 'core.denied.attempts')
          return { view, trace, closings }
        }
        if (onInvalid !== 'retry') [taken, before, kept] = [[], [], onInvalid === 'restart' ? {} : known]
      }
    }
    agrees()
  }
  return { view, trace, closings }
}

const runs = { numRuns: 800 }

describe('whatever a flow is made of and whatever is done in it', () => {
  test('a run stands where its answers lead, and ends with the proofs of its way only', async () => {
    let closed = 0
    await fc.assert(
      fc.asyncProperty(randomFlow, acts, async (flow, doing) => {
        const program = compiled(flow)
        fc.pre(program !== undefined)
        const { view } = await live(flow, program, doing)
        if (view.is === 'closed') closed++
      }),
      runs,
    )
    assert.ok(closed > 10, `only ${closed} runs came to a good end: the flows are too odd to show anything`)
  })

  test('a condition that cannot be judged denies, and nothing is written', async () => {
    let failed = 0
    await fc.assert(
      fc.asyncProperty(randomFlow, acts, async (flow, doing) => {
        const program = compiled(flow)
        fc.pre(program !== undefined)
        const { view, trace, closings } = await live(flow, program, doing)
        const broke = trace.findIndex((line) => line.did === 'test' && line.verdict === 'failed')
        if (broke < 0) return
        failed++
        assert.equal(broke, trace.length - 1, 'nothing follows')
        assert.equal(view.is === 'denied' && 'key' in view.why && view.why.key, 'core.condition-failed')
        assert.deepEqual(closings, [])
      }),
      runs,
    )
    assert.ok(failed > 10, `only ${failed} runs met one`)
  })

  test('a simulation says of every step what a run with its answers does', async () => {
    const answers = fc.record({
      name: fc.constantFrom('ada', 'bob', 'nobody'),
      word: fc.constantFrom('right', 'bobs', 'wrong'),
      code: fc.constantFrom('1', 'wrong'),
      k: fc.constant('v'),
    })
    await fc.assert(
      fc.asyncProperty(randomFlow, answers, async (flow, given) => {
        const program = compiled(flow)
        fc.pre(program !== undefined)
        const { engine, trace, closings } = engineOf()
        const programs = new Map([[program.slug, program]])
        let view = await engine.start({ program, purpose: null }, asker)
        const asked = new Set<string>()
        while (view.is === 'asking' && !asked.has(view.step)) {
          asked.add(view.step)
          const field = fieldOf[kindOf(view.step)] ?? ''
          const answer = { [field]: (given as Record<string, string>)[field] }
          view = await engine.answer(view.runId, view.challenge, answer, programs, asker)
        }
        const rehearsed: Closing[] = []
        const simulated = await simulate(
          {
            quietly: () => ({ use: () => ({}), useAuthenticator: () => ({}), judge }),
            async rehearse(closing) {
              rehearsed.push(closing)
              return { closed: true, cookie: undefined, session: undefined }
            },
          },
          { program, request, answers: given },
        )
        const line = ({ step, did, ...more }: TraceLine) => [step, did, 'verdict' in more && more.verdict]
        assert.deepEqual(
          simulated.trace.flatMap((one) => (one.did === 'ask' ? [] : [line(one)])),
          trace.map(line),
        )
        assert.equal(simulated.ends, view.is === 'asking' ? 'asks' : view.is)
        assert.deepEqual(simulated.ends === 'denied' && simulated.why, view.is === 'denied' && view.why)
        // What is compared with what others did meanwhile is left out of a simulation, which may pretend another time.
        const written = (all: readonly Closing[]) =>
          all.map(({ runId: _, passwordProved: __, enrolsAloneSince: ___, ...closing }) => ({
            ...closing,
            request: null,
            session: closing.session?.proofs,
          }))
        assert.deepEqual(written(rehearsed), written(closings))
      }),
      runs,
    )
  })
})
