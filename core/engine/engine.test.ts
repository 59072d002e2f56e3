import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { msg } from '../api/index.ts'
import { asking, type House, program, walk, withHouse } from './house.fixture.ts'
import { limits } from './limits.ts'
import type { Asker } from './parts.ts'
import type { View } from './view.ts'

const signIn = program([{ type: 'who' }, { type: 'secret' }])

const programs = new Map([[signIn.slug, signIn]])

describe('a run', () => {
  withHouse('goes step by step and ends in one closing with the proof', async (h) => {
    const view = await walk(h, signIn, [{ name: 'ada' }, { word: 'right' }])
    assert.equal(view.is, 'closed')
    assert.equal(h.closings.length, 1)
    assert.equal(h.closings[0]?.session?.userId, 'u-ada')
    assert.deepEqual(
      h.closings[0]?.session?.proofs.map(({ method }) => method),
      ['pwd'],
    )
    assert.deepEqual(
      h.events.map(({ action }) => action),
      ['login'],
    )
  })

  withHouse('shows the same page and challenge however often it is asked for', async (h) => {
    const first = asking(await walk(h, signIn, [{ name: 'ada' }]))
    for (let i = 0; i < 3; i++) assert.equal(asking(await h.engine.view(first.runId, programs, h.asker())).challenge, first.challenge)
  })

  withHouse('is nobody else’s: another browser, another origin and a made-up name all get nothing', async (h) => {
    const { runId, challenge } = asking(await walk(h, signIn, []))
    for (const asker of [h.asker('browser-b'), h.asker('browser-a', { origin: 'http://127.0.0.1' })]) {
      assert.deepEqual(await h.engine.view(runId, programs, asker), { is: 'gone' })
      assert.deepEqual(await h.engine.answer(runId, challenge, { name: 'ada' }, programs, asker), { is: 'gone' })
      assert.deepEqual(await h.engine.restart(runId, programs, asker), { is: 'gone' })
    }
    assert.deepEqual(await h.engine.view('made-up', programs, h.asker()), { is: 'gone' })
  })

  withHouse('expires', async (h) => {
    const { runId } = asking(await walk(h, signIn, [{ name: 'ada' }]))
    h.pass(3601)
    assert.deepEqual(await h.engine.view(runId, programs, h.asker()), { is: 'gone' })
  })

  withHouse('begins anew when its flow was changed meanwhile, and says so', async (h) => {
    const { runId, challenge } = asking(await walk(h, signIn, [{ name: 'ada' }]))
    const changed = new Map([['sign-in', program([{ type: 'who' }, { type: 'secret' }, { type: 'asks', with: { key: 'extra' } }])]])
    const view = asking(await h.engine.answer(runId, challenge, { word: 'right' }, changed, h.asker()))
    assert.equal(view.step, 'who-1')
    assert.equal(h.closings.length, 0)
  })

  withHouse(
    'that two requests end differently has ended as the first did: its session is not taken for the proofs of the second',
    async (h) => {
      const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'code', when: 'user:bob' }])
      const bobs = [{ name: 'bob' }, { word: 'bobs' }, { code: '1' }]
      const session = (userId: string, methods: readonly string[]) => ({ id: 's1', userId, at: new Date(0), methods })
      h.closeAs(() => ({ closed: 'before', session: session('u-ada', ['pwd']) }))
      assert.equal((await walk(h, flow, bobs)).is, 'over')
      h.closeAs(() => ({ closed: 'before', session: session('u-bob', ['pwd']) }))
      assert.equal((await walk(h, flow, bobs)).is, 'over')
      h.closeAs(() => ({ closed: 'before', session: session('u-bob', ['pwd', 'totp']) }))
      assert.equal((await walk(h, flow, bobs)).is, 'closed')
    },
  )

  withHouse('is over when its flow can only be entered by a link, or called, meanwhile', async (h) => {
    const { runId, challenge } = asking(await walk(h, signIn, [{ name: 'ada' }]))
    const steps = [{ type: 'who' }, { type: 'secret' }]
    for (const entry of ['link', 'call'] as const) {
      const changed = new Map([['sign-in', program(steps, { entry })]])
      assert.deepEqual(await h.engine.view(runId, changed, h.asker()), { is: 'gone' }, entry)
      assert.deepEqual(await h.engine.answer(runId, challenge, { word: 'right' }, changed, h.asker()), { is: 'gone' }, entry)
      assert.deepEqual(await h.engine.restart(runId, changed, h.asker()), { is: 'gone' }, entry)
    }
    assert.equal(h.closings.length, 0)
  })

  withHouse('two runs at one browser do not disturb each other', async (h) => {
    const one = asking(await walk(h, signIn, [{ name: 'ada' }]))
    const two = asking(await walk(h, signIn, [{ name: 'bob' }]))
    const closed = await h.engine.answer(one.runId, one.challenge, { word: 'right' }, programs, h.asker())
    assert.equal(closed.is === 'closed' && closed.user?.username, 'ada')
    const other = await h.engine.answer(two.runId, two.challenge, { word: 'bobs' }, programs, h.asker())
    assert.equal(other.is === 'closed' && other.user?.username, 'bob')
  })
})

describe('a step is not passed by', () => {
  for (const [what, answer] of Object.entries({
    'an empty answer': {},
    'an answer without the field': { other: 'x' },
    'the answer of another step': { name: 'ada' },
    'an answer that does not fit': { word: 7 },
    'an empty field': { word: '' },
  })) {
    withHouse(what, async (h) => {
      const view = asking(await walk(h, signIn, [{ name: 'ada' }, answer]))
      assert.equal(view.step, 'secret-2')
      assert.equal(h.closings.length, 0)
    })
  }

  withHouse('a challenge that was answered before, or never was', async (h) => {
    const wrong = asking(await walk(h, signIn, [{ name: 'ada' }]))
    asking(await h.engine.answer(wrong.runId, wrong.challenge, { word: 'wrong' }, programs, h.asker()))
    for (const challenge of [wrong.challenge, 'made-up', '', '__proto__']) {
      const view = asking(await h.engine.answer(wrong.runId, challenge, { word: 'right' }, programs, h.asker()))
      assert.equal(view.step, 'secret-2')
    }
    assert.equal(h.closings.length, 0)
  })

  withHouse('an answer to a run that is over', async (h) => {
    const at = asking(await walk(h, signIn, [{ name: 'ada' }]))
    await h.engine.answer(at.runId, at.challenge, { word: 'right' }, programs, h.asker())
    const again = await h.engine.answer(at.runId, at.challenge, { word: 'right' }, programs, h.asker())
    assert.equal(again.is === 'over' && again.how, 'closed')
    assert.equal(h.closings.length, 1)
  })

  withHouse('an earlier step’s page, which goes back there and forgets what came after', async (h) => {
    const first = asking(await walk(h, signIn, []))
    const second = asking(await h.engine.answer(first.runId, first.challenge, { name: 'ada' }, programs, h.asker()))
    const back = asking(await h.engine.answer(first.runId, first.challenge, { name: 'bob' }, programs, h.asker()))
    assert.equal(back.step, 'secret-2')
    assert.notEqual(back.challenge, second.challenge)
    const adas = asking(await h.engine.answer(first.runId, back.challenge, { word: 'right' }, programs, h.asker()))
    assert.equal(adas.step, 'secret-2')
    const view = await h.engine.answer(first.runId, adas.challenge, { word: 'bobs' }, programs, h.asker())
    assert.equal(view.is === 'closed' && view.user?.username, 'bob')
  })

  withHouse('an earlier step’s page can be looked at again, as it was answered, and moves nothing', async (h) => {
    const first = asking(await walk(h, signIn, []))
    const second = asking(await h.engine.answer(first.runId, first.challenge, { name: 'ada' }, programs, h.asker()))
    const back = asking(await h.engine.view(first.runId, programs, h.asker(), 'who-1'))
    assert.deepEqual([back.step, back.challenge, back.user], ['who-1', first.challenge, undefined])
    const again = asking(await h.engine.view(first.runId, programs, h.asker()))
    assert.deepEqual([again.step, again.challenge], ['secret-2', second.challenge])
    for (const step of ['secret-2', 'nonsense', '__proto__'])
      assert.equal(asking(await h.engine.view(first.runId, programs, h.asker(), step)).step, 'secret-2')
  })

  withHouse('a step that proved something is never shown again', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'asks', with: { key: 'extra' } }])
    const at = asking(await walk(h, flow, [{ name: 'ada' }, { word: 'right' }]))
    assert.equal(asking(await h.engine.view(at.runId, new Map([[flow.slug, flow]]), h.asker(), 'secret-2')).step, 'asks-3')
  })
})

describe('a proof', () => {
  for (const when of ['show', 'submit'] as const) {
    for (const proof of when === 'show' ? ['pwd'] : ['passkey', 'pwd']) {
      withHouse(`"${proof}" claimed on ${when} by a stage that may not is an error, not a proof`, async (h) => {
        const flow = program([{ type: 'liar', with: { when, proof } }])
        const view = await walk(h, flow, when === 'submit' ? [{ x: '1' }] : [])
        assert.equal(view.is, 'failed')
        assert.equal(h.closings.length, 0)
      })
    }
  }

  withHouse('is of the user it was made for: who is identified afterwards is not signed in by it', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'who' }])
    const view = await walk(h, flow, [{ name: 'ada' }, { word: 'right' }, { name: 'bob' }])
    assert.equal(view.is === 'denied' && 'key' in view.why && view.why.key, 'core.nothing-proved')
    assert.equal(h.closings.length, 0)
  })

  withHouse('does not outlive a second identification that finds nobody', async (h) => {
    const flow = program([{ type: 'who' }, { type: 'secret' }, { type: 'who' }])
    const view = await walk(h, flow, [{ name: 'ada' }, { word: 'right' }, { name: 'nobody' }])
    assert.equal(view.is, 'denied')
    assert.equal(h.closings.length, 0)
  })

  withHouse('is asked of every sign-in: a stage that breaks ends the run, nothing is skipped', async (h) => {
    const view = await walk(h, signIn, [{ name: 'ada' }, { word: 'crash' }])
    assert.equal(view.is, 'failed')
    assert.equal(h.closings.length, 0)
  })
})

describe('attempts', () => {
  withHouse('a run ends after too many wrong answers', async (h) => {
    let view = asking(await walk(h, signIn, [{ name: 'ada' }]))
    let last: View = view
    for (let i = 0; i < limits.run; i++) {
      last = await h.engine.answer(view.runId, view.challenge, { word: `wrong ${i}` }, programs, h.asker())
      if (last.is === 'asking') view = last
    }
    assert.equal(last.is, 'denied')
    assert.equal(h.events.filter(({ action }) => action === 'login_failed').length, limits.run)
  })

  const guess = async (h: House, name: string, word: string, asker: Asker) => walk(h, signIn, [{ name }, { word }], asker)

  for (const name of ['ada', 'nobody']) {
    withHouse(`on one account are limited over all runs and browsers: ${name}`, async (h) => {
      const statuses: number[] = []
      for (let i = 0; i < limits.account + 3; i++) {
        statuses.push(asking(await guess(h, name, 'wrong', h.asker(`browser-${i}`, { ip: `192.0.2.${i}` }))).status)
      }
      assert.deepEqual(statuses, [...Array(limits.account).fill(422), 429, 429, 429])
    })
  }

  withHouse('that are refused are written to the audit log once', async (h) => {
    for (let i = 0; i < limits.account + 5; i++) await guess(h, 'ada', 'wrong', h.asker(`browser-${i}`))
    const whys = h.events.map(({ detail }) => (detail as { why?: string }).why)
    assert.deepEqual(whys, [...Array<string>(limits.account).fill('wrong'), 'throttled'])
  })

  withHouse('nobody locks a user out of the browser where they signed in before', async (h) => {
    for (let i = 0; i < limits.account + 3; i++) await guess(h, 'ada', 'wrong', h.asker(`browser-${i}`))
    assert.equal(asking(await guess(h, 'ada', 'right', h.asker('stranger'))).status, 429)
    assert.equal((await guess(h, 'ada', 'right', h.asker('browser-of-ada', {}, ['u-ada']))).is, 'closed')
  })

  withHouse('that succeed cost nothing', async (h) => {
    for (let i = 0; i < limits.account * 3; i++) assert.equal((await guess(h, 'ada', 'right', h.asker(`browser-${i}`))).is, 'closed')
  })

  withHouse('from one address are limited over all accounts', async (h) => {
    let throttled = 0
    for (let i = 0; i < limits.address + 5; i++) {
      if (asking(await guess(h, `somebody ${i}`, 'wrong', h.asker(`browser-${i}`))).status === 429) throttled++
    }
    assert.equal(throttled, 5)
  })

  withHouse('to fill the store with runs end in a refusal that stores nothing', async (h) => {
    await h.store.put('runs:192.0.2.1', limits.runs - 1, 60)
    assert.equal((await walk(h, signIn, [])).is, 'asking')
    assert.equal((await walk(h, signIn, [])).is, 'throttled')
    assert.equal((await walk(h, signIn, [], h.asker('b', { ip: '192.0.2.2' }))).is, 'asking')
  })

  withHouse('that ended in a sign-in leave room for the next one at the same address', async (h) => {
    await h.store.put('runs:192.0.2.1', limits.runs - 1, 60)
    for (let times = 0; times < 3; times++) assert.equal((await walk(h, signIn, [{ name: 'ada' }, { word: 'right' }])).is, 'closed')
    assert.equal((await walk(h, signIn, [{ name: 'ada' }, { word: 'wrong' }])).is, 'asking')
    assert.equal((await walk(h, signIn, [])).is, 'throttled')
  })

  withHouse('in parallel are counted before they are looked at', async (h) => {
    const runs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => guess(h, 'ada', 'wrong', h.asker(`browser-${i}`, { ip: `192.0.2.${i}` }))),
    )
    assert.equal(runs.filter((view) => asking(view).status === 422).length, limits.account)
  })
})

describe('the end', () => {
  const enrol = program(
    [
      { type: 'asks', with: { key: 'username' } },
      { type: 'asks', with: { key: 'name' } },
    ],
    { designation: 'enrollment' },
  )
  const both = new Map([[enrol.slug, enrol]])

  withHouse('a conflict goes back to the step that asked for it, with the error and what was typed', async (h) => {
    h.closeAs(({ effects }) => ({ closed: false, effect: effects[0] as never, errors: { username: msg('core.field.invalid') } }))
    const view = asking(await walk(h, enrol, [{ username: 'ada' }, { name: 'Ada' }]))
    assert.equal(view.step, 'asks-1')
    assert.deepEqual(Object.keys(view.errors), ['username'])
    assert.equal(view.screen.nodes[0]?.node === 'field' && 'value' in view.screen.nodes[0] && view.screen.nodes[0].value, 'ada')
    h.closeAs(() => ({ closed: true, cookie: undefined, session: undefined }))
    const second = asking(await h.engine.answer(view.runId, view.challenge, { username: 'eve' }, both, h.asker()))
    const closed = await h.engine.answer(view.runId, second.challenge, { name: 'Eve' }, both, h.asker())
    assert.equal(closed.is, 'closed')
    assert.deepEqual(
      h.closings.at(-1)?.effects.map(({ data }) => data),
      [{ username: 'eve' }, { name: 'Eve' }],
    )
  })

  withHouse('an account that was disabled meanwhile is not signed in', async (h) => {
    h.closeAs(() => ({ closed: false, effect: undefined }))
    assert.equal((await walk(h, signIn, [{ name: 'ada' }, { word: 'right' }])).is, 'denied')
  })

  withHouse('a run that may show nothing ends where it would have to, and stores nothing', async (h) => {
    const view = await h.engine.start({ program: signIn, purpose: null, wants: { silent: true } }, h.asker())
    assert.equal(view.is, 'would-ask')
  })

  withHouse('somebody else than was asked for is refused', async (h) => {
    const asker = h.asker()
    let view = await h.engine.start({ program: signIn, purpose: null, wants: { subject: 'u-bob' } }, asker)
    for (const answer of [{ name: 'ada' }, { word: 'right' }]) {
      const at = asking(view)
      view = await h.engine.answer(at.runId, at.challenge, answer, programs, asker)
    }
    assert.equal(view.is === 'denied' && view.refusal, 'login-needed')
  })

  withHouse('a user’s own refusal is told as such', async (h) => {
    const view = await walk(h, program([{ type: 'refuses' }], { designation: 'authorization' }), [{ x: '1' }])
    assert.equal(view.is === 'denied' && view.byUser, true)
  })

  withHouse('an operator’s link opens one run only, and is used up at its end', async (h) => {
    await h.store.put('link:1', { flow: 'setup' }, 60)
    const setup = program([{ type: 'who' }], { entry: 'link' })
    const open = () => h.engine.start({ program: setup, purpose: null, link: 'link:1' }, h.asker())
    const all = new Map([[setup.slug, setup]])
    const [one, two] = [asking(await open()), asking(await open())]
    const first = await h.engine.answer(one.runId, one.challenge, { name: 'ada' }, all, h.asker())
    assert.deepEqual(first.is === 'closed' && first.proofs.map(({ method }) => method), ['link'])
    const second = await h.engine.answer(two.runId, two.challenge, { name: 'bob' }, all, h.asker())
    assert.equal(second.is === 'denied' && 'key' in second.why && second.why.key, 'core.link-used')
    assert.equal(h.closings.length, 1)
  })

  withHouse('a link that was mailed proves that it is its user, and of nobody else', async (h) => {
    const opened = program([{ type: 'who' }], { entry: 'link' })
    const mailed = { userId: 'u-ada', stamp: 's' }
    const ends = async (name: string) => {
      await h.store.put('link:1', {}, 60)
      const at = asking(await h.engine.start({ program: opened, purpose: null, link: 'link:1', mailed }, h.asker()))
      return h.engine.answer(at.runId, at.challenge, { name }, new Map([[opened.slug, opened]]), h.asker())
    }
    const own = await ends('ada')
    assert.equal(own.is === 'closed' && own.user?.id, 'u-ada')
    assert.deepEqual(own.is === 'closed' && own.proofs.map(({ method }) => method), ['email-link'])
    assert.deepEqual(h.closings.at(-1)?.linkOwner, mailed)
    assert.deepEqual(h.closings.at(-1)?.proved, ['u-ada'])
    const other = await ends('bob')
    assert.equal(other.is === 'denied' && 'key' in other.why && other.why.key, 'core.nothing-proved')
    h.closeAs(() => ({ closed: false, effect: undefined, why: 'link-dead' }))
    const dead = await ends('ada')
    assert.equal(dead.is === 'denied' && 'key' in dead.why && dead.why.key, 'core.link-used')
  })

  withHouse('who sends the last answer of a link twice is not told that somebody else used the link', async (h) => {
    await h.store.put('link:1', { flow: 'setup' }, 60)
    const setup = program([{ type: 'who' }], { entry: 'link' })
    const at = asking(await h.engine.start({ program: setup, purpose: null, link: 'link:1' }, h.asker()))
    const all = new Map([[setup.slug, setup]])
    const both = await Promise.all([1, 2].map(() => h.engine.answer(at.runId, at.challenge, { name: 'ada' }, all, h.asker())))
    // Who comes when the first has ended altogether hears that it has.
    const ends = both.map((view) => (view.is === 'over' ? view.how : view.is))
    assert.deepEqual(ends, ['closed', 'closed'])
    assert.equal(new Set(h.closings.map(({ runId }) => runId)).size, 1)
  })
})
