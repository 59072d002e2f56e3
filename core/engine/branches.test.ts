import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { asking, type House, program, walk, withHouse } from './house.fixture.ts'
import { limits } from './limits.ts'
import type { FlowSpec, Program } from './program.ts'
import type { View } from './view.ts'

const key = (view: View) => (view.is === 'denied' && 'key' in view.why ? view.why.key : view.is)
const methods = (view: View) => (view.is === 'closed' ? view.proofs.map(({ method }) => method) : key(view))
const ada = [{ name: 'ada' }, { word: 'right' }]
const signedIn = [{ type: 'who' }, { type: 'secret' }]
const map = (flow: Program) => new Map([[flow.slug, flow]])

describe('a condition', () => {
  withHouse('is asked when its step is reached, of what the run knows then', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret', when: 'user:ada' }, { type: 'code', when: 'proved:pwd' }])
    assert.deepEqual(methods(await walk(h, flow, [...ada, { code: '1' }])), ['pwd', 'totp'])
    assert.equal(key(await walk(h, flow, [{ name: 'bob' }])), 'core.nothing-proved')
    const [first, second] = h.situations
    assert.deepEqual(first?.user, { id: 'u-ada', username: 'ada' })
    assert.deepEqual(first?.proofs, [])
    assert.deepEqual(second?.proofs, [{ method: 'pwd', at: Date.UTC(2026, 0, 1) }])
    assert.deepEqual(second?.flow, { slug: 'sign-in', title: 'Sign in', designation: 'authentication' })
    assert.deepEqual(second?.about, { type: 'step', slug: 'code-3' })
  })

  withHouse('takes the first branch that holds, or none', async (h) => {
    const flow = program([
      ...signedIn,
      {
        choose: [
          { when: 'user:bob', steps: [{ type: 'ends' }] },
          { when: 'yes', steps: [{ id: 'one', type: 'asks', with: { key: 'one' } }] },
          { when: 'yes', steps: [{ id: 'two', type: 'asks', with: { key: 'two' } }] },
        ],
      },
      { choose: [{ when: 'no', steps: [{ type: 'ends', id: 'never' }] }] },
    ])
    assert.equal(asking(await walk(h, flow, ada)).step, 'one')
    assert.equal((await walk(h, flow, [...ada, { one: '1' }])).is, 'closed')
    assert.equal(key(await walk(h, flow, [{ name: 'bob' }, { word: 'bobs' }])), 'core.denied.title')
  })

  for (const broken of ['broken', 'throws']) {
    const places: Readonly<Record<string, FlowSpec['steps']>> = {
      'of a step': [...signedIn, { type: 'code', when: broken }],
      'of a branch with others behind it': [...signedIn, { choose: [{ when: broken, steps: [] }, { steps: [] }] }],
      'of a choice': [...signedIn, { choose: [{ steps: [] }], when: broken }],
      'of a call': [...signedIn, { flow: 'part', when: broken }],
      'in a called flow': [...signedIn, { flow: 'part' }],
    }
    for (const [where, steps] of Object.entries(places)) {
      withHouse(`that cannot be judged (${broken}) ${where} ends the run, with its reason for operators only`, async (h) => {
        const part: FlowSpec = { title: 'P', designation: 'stage-configuration', steps: [{ type: 'refuses', when: broken }] }
        const view = await walk(h, program(steps, {}, { part }), ada)
        assert.equal(key(view), 'core.condition-failed')
        assert.equal(h.closings.length, 0)
        const event = h.events.at(-1)
        assert.equal(event?.action, 'flow_denied')
        assert.match(JSON.stringify(event?.detail), broken === 'broken' ? /broken is failed/ : /the judge broke/)
        assert.match(JSON.stringify(h.logs.at(-1)), /"did":"test","verdict":"failed"/)
        assert.equal(
          view.is === 'denied' && (event?.detail as { reference?: string } | undefined)?.reference,
          view.is === 'denied' && view.reference,
        )
      })
    }
  }

  withHouse('before a first step ends silent runs as well', async (h) => {
    const silent = (when: string) =>
      h.engine.start(
        { program: program([{ type: 'refuses', when }], { designation: 'authorization' }), purpose: null, wants: { silent: true } },
        h.asker(),
      )
    assert.equal(key(await silent('broken')), 'core.condition-failed')
    assert.equal((await silent('yes')).is, 'would-ask')
    assert.equal((await silent('no')).is, 'closed')
  })

  withHouse('is asked anew when somebody goes back and says something else', async (h) => {
    const flow = program([
      ...signedIn.slice(0, 1),
      { choose: [{ when: 'user:ada', steps: [{ type: 'secret', id: 'adas' }] }, { steps: [{ type: 'secret', id: 'others' }] }] },
    ])
    const first = asking(await walk(h, flow, []))
    const second = asking(await h.engine.answer(first.runId, first.challenge, { name: 'ada' }, map(flow), h.asker()))
    assert.equal(second.step, 'adas')
    const back = asking(await h.engine.answer(first.runId, first.challenge, { name: 'bob' }, map(flow), h.asker()))
    assert.equal(back.step, 'others')
    const late = asking(await h.engine.answer(first.runId, second.challenge, { word: 'right' }, map(flow), h.asker()))
    assert.equal(late.step, 'others')
    assert.deepEqual(methods(await h.engine.answer(first.runId, late.challenge, { word: 'bobs' }, map(flow), h.asker())), ['pwd'])
  })

  withHouse('is not asked again by a reload of the page behind it', async (h) => {
    const flow = program([...signedIn, { type: 'code', when: 'yes' }])
    const at = asking(await walk(h, flow, ada))
    const asked = h.situations.length
    for (let i = 0; i < 3; i++) assert.equal(asking(await h.engine.view(at.runId, map(flow), h.asker())).challenge, at.challenge)
    assert.equal(h.situations.length, asked)
  })

  withHouse('sees facts, but none that are secret', async (h) => {
    const flow = program([
      ...signedIn,
      { type: 'chooses' },
      { type: 'asks', with: { key: 'k' } },
      { type: 'ends', when: 'knows:newPassword' },
    ])
    assert.equal((await walk(h, flow, [...ada, { new: 'canary' }, { k: 'v' }])).is, 'closed')
    assert.deepEqual(Object.keys(h.situations.at(-1)?.facts ?? {}).toSorted(), ['data', 'login', 'user'])
    assert.ok(!JSON.stringify([h.situations, h.logs, h.events]).includes('canary'))
  })

  withHouse('knows the browser by the users who signed in at it, and sees no proof of somebody else', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'who', id: 'again' }, { type: 'ends', when: 'proved:pwd' }])
    const asker = h.asker('browser-a', {}, ['u-ada'])
    assert.equal(key(await walk(h, flow, [...ada, { name: 'bob' }], asker)), 'core.nothing-proved')
    assert.equal(h.situations.at(-1)?.knownBrowser, false)
    assert.equal(key(await walk(h, flow, [...ada, { name: 'ada' }], asker)), 'core.denied.title')
    assert.equal(h.situations.at(-1)?.knownBrowser, true)
  })

  withHouse('of an authorization counts what the session was opened with, one of a sign-in does not', async (h) => {
    const session = {
      id: 's',
      userId: 'u-ada',
      username: 'ada',
      at: new Date(0),
      methods: ['totp'],
      proofs: [{ method: 'totp', at: 0 }],
      flows: [],
    }
    const asker = { ...h.asker(), browser: { ...h.asker().browser, session } }
    const authorize = program([{ type: 'ends', when: 'proved:totp' }], { designation: 'authorization' })
    const facts = { user: { id: 'u-ada', username: 'ada' } }
    assert.equal(key(await h.engine.start({ program: authorize, purpose: null, facts }, asker)), 'core.denied.title')
    const flow = program([{ type: 'who' }, { type: 'secret', when: 'proved:totp' }])
    assert.equal(key(await walk(h, flow, [{ name: 'ada' }], asker)), 'core.nothing-proved')
  })
})

describe('a step that was left out', () => {
  withHouse('and should have given what a later one needs denies the run there', async (h) => {
    const flow = program([{ type: 'who', when: 'no' }, { type: 'secret' }])
    assert.equal(key(await walk(h, flow, [])), 'core.fact-missing')
    assert.match(JSON.stringify(h.events.at(-1)), /step \\"secret-2\\" needs the fact \\"login\\"/)
  })

  withHouse('leaves no sign-in without a proof, whichever branches were taken', async (h) => {
    const flow = program([
      { type: 'who' },
      { choose: [{ when: 'user:ada', steps: [{ type: 'asks', with: { key: 'k' } }] }, { steps: [{ type: 'secret' }] }] },
    ])
    assert.equal(key(await walk(h, flow, [{ name: 'ada' }, { k: 'v' }])), 'core.nothing-proved')
    assert.equal(h.closings.length, 0)
    assert.deepEqual(methods(await walk(h, flow, [{ name: 'bob' }, { word: 'bobs' }])), ['pwd'])
  })

  withHouse('leaves no effect on a user of whom nothing was proved', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret', when: 'user:bob' }, { type: 'writes' }], { designation: 'recovery' })
    await walk(h, flow, [{ name: 'ada' }])
    assert.deepEqual(h.closings.at(-1)?.unproved, ['u-ada'])
    await walk(h, flow, [{ name: 'bob' }, { word: 'bobs' }])
    assert.deepEqual(h.closings.at(-1)?.unproved, [])
  })
})

describe('after a wrong answer', () => {
  const flow = (onInvalid: 'restart' | 'restart-with-facts') =>
    program([{ type: 'who', when: 'yes' }, { type: 'asks', with: { key: 'k' } }, { type: 'secret' }, { type: 'code', onInvalid }])
  const first = [{ name: 'ada' }, { k: 'v' }, { word: 'right' }, { code: 'wrong' }]

  withHouse('`restart` begins the flow again with nothing: no facts, no proofs, no effects', async (h) => {
    const restart = flow('restart')
    const view = asking(await walk(h, restart, first))
    assert.deepEqual([view.step, view.user, view.notice], ['who-1', undefined, { key: 'core.field.invalid' }])
    const stored = await stateOf(h, view)
    assert.deepEqual([stored.facts, stored.proofs, stored.effects, stored.failures], [[], [], [], 1])
  })

  withHouse('`restart-with-facts` keeps what was found out, and nothing that was proved', async (h) => {
    const view = asking(await walk(h, flow('restart-with-facts'), first))
    assert.deepEqual([view.step, view.user], ['who-1', { username: 'ada', typed: true }])
    const stored = await stateOf(h, view)
    assert.deepEqual(
      stored.facts.map(({ name, step }) => [name, step]),
      [
        ['login', -2],
        ['user', -2],
        ['data', -2],
      ],
    )
    assert.deepEqual([stored.proofs, stored.effects, stored.failures], [[], [], 1])
  })

  withHouse('whoever begins again by their own wish is rid of facts that were kept, too', async (h) => {
    const stranger = program([
      { type: 'who', when: 'stranger' },
      { type: 'secret', onInvalid: 'restart-with-facts' },
    ])
    const kept = asking(await walk(h, stranger, [{ name: 'ada' }, { word: 'wrong' }]))
    assert.deepEqual([kept.step, kept.user?.username], ['secret-2', 'ada'])
    const again = asking(await h.engine.restart(kept.runId, map(stranger), h.asker()))
    assert.deepEqual([again.step, again.user], ['who-1', undefined])
  })

  withHouse('facts that were kept say of nobody that they are proved', async (h) => {
    const careless = program(
      [{ type: 'who', when: 'yes' }, { type: 'writes' }, { type: 'code', when: 'ip:192.0.2.1', onInvalid: 'restart-with-facts' }],
      { designation: 'recovery' },
    )
    const at = asking(await walk(h, careless, [{ name: 'ada' }, { code: 'wrong' }]))
    const elsewhere = h.asker('browser-a', { ip: '192.0.2.9' })
    await h.engine.answer(at.runId, at.challenge, { name: 'ada' }, map(careless), elsewhere)
    assert.deepEqual(h.closings.at(-1)?.unproved, ['u-ada'])
  })

  withHouse('the attempts of a run are limited however often it begins again', async (h) => {
    const restart = program([{ type: 'who' }, { type: 'secret', onInvalid: 'restart' }])
    let view: View = await walk(h, restart, [])
    for (let i = 0; i < limits.run && view.is === 'asking'; i++) {
      const at = asking(await h.engine.answer(view.runId, view.challenge, { name: 'ada' }, map(restart), h.asker()))
      view = await h.engine.answer(at.runId, at.challenge, { word: 'wrong' }, map(restart), h.asker())
    }
    assert.equal(key(view), 'core.denied.attempts')
  })

  withHouse('the pages of before a restart are worth nothing', async (h) => {
    const restart = program([{ type: 'who' }, { type: 'secret', onInvalid: 'restart' }])
    const before = asking(await walk(h, restart, []))
    const at = asking(await h.engine.answer(before.runId, before.challenge, { name: 'ada' }, map(restart), h.asker()))
    asking(await h.engine.answer(at.runId, at.challenge, { word: 'wrong' }, map(restart), h.asker()))
    for (const challenge of [before.challenge, at.challenge])
      assert.equal(
        asking(await h.engine.answer(at.runId, challenge, { name: 'ada', word: 'right' }, map(restart), h.asker())).step,
        'who-1',
      )
  })
})

async function stateOf(h: House, { runId }: { readonly runId: string }) {
  const entry = await h.store.get(`run:${runId}`)
  return entry?.value as unknown as { facts: { name: string; step: number }[]; proofs: unknown[]; effects: unknown[]; failures: number }
}
