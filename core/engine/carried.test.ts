import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { asking, type House, program, withHouse } from './house.fixture.ts'
import { ownFacts } from './own-flow.ts'
import type { Asker } from './parts.ts'

const ada = { id: 'u-ada', username: 'ada' }
const before = [
  { method: 'pwd', at: 1 },
  { method: 'totp', at: 2 },
]
const signedIn = (h: House, id = 's-1'): Asker => {
  const asker = h.asker()
  const session = { id, userId: ada.id, username: 'ada', at: new Date(2), methods: ['pwd', 'totp'], proofs: before, flows: ['default'] }
  return { ...asker, browser: { ...asker.browser, session } }
}
const goingOn = (proofs = before) => ({ purpose: null, facts: ownFacts(ada), carried: { session: 's-1', user: ada.id, proofs } })

describe('a run that goes on from a session', () => {
  withHouse('asks for nothing that was found out and proved, and then lasts no longer and proves nothing anew', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'code' }])
    assert.equal((await h.engine.start({ program: flow, ...goingOn() }, signedIn(h))).is, 'closed')
    const [{ session } = {}] = h.closings
    assert.deepEqual([session?.proofs, session?.flows], [before, ['default', 'sign-in']])
    assert.deepEqual([session?.unproved, session?.secondFactor], [true, undefined])
  })

  withHouse('asks for what is missing alone, which is a proof like any other', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'code' }])
    const start = { program: flow, ...goingOn(before.slice(0, 1)) }
    const view = asking(await h.engine.start(start, signedIn(h)))
    assert.equal(view.step, 'code-3')
    const programs = new Map([[flow.slug, flow]])
    assert.equal((await h.engine.answer(view.runId, view.challenge, { code: 'right' }, programs, signedIn(h))).is, 'closed')
    const [{ session } = {}] = h.closings
    assert.deepEqual(
      session?.proofs.map(({ method }) => method),
      ['pwd', 'totp'],
    )
    assert.deepEqual([session?.unproved, session?.secondFactor], [undefined, true])
  })

  withHouse('notes no second factor by a password beside one that was proved before', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }])
    const view = asking(await h.engine.start({ program: flow, ...goingOn(before.slice(1)) }, signedIn(h)))
    assert.equal(view.step, 'secret-2')
    const programs = new Map([[flow.slug, flow]])
    assert.equal((await h.engine.answer(view.runId, view.challenge, { word: 'right' }, programs, signedIn(h))).is, 'closed')
    const [{ session } = {}] = h.closings
    assert.deepEqual([session?.proofs.length, session?.secondFactor], [2, undefined])
  })

  withHouse('is over with that session', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'code' }])
    const view = asking(await h.engine.start({ program: flow, ...goingOn(before.slice(0, 1)) }, signedIn(h)))
    const programs = new Map([[flow.slug, flow]])
    for (const asker of [signedIn(h, 's-2'), h.asker()])
      assert.equal((await h.engine.answer(view.runId, view.challenge, { code: 'right' }, programs, asker)).is, 'over')
    assert.deepEqual(h.closings, [])
  })
})
