import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { compileFlow } from './compile.ts'
import { libraryOf, program } from './house.fixture.ts'
import type { FlowSpec, Instruction } from './program.ts'

type Flows = Readonly<Record<string, FlowSpec>>
const compile = (steps: FlowSpec['steps'], more: Partial<FlowSpec> = {}, flows: Flows = {}) =>
  compileFlow('f', { title: 'F', designation: 'authentication', steps, ...more }, libraryOf(flows))
const told = (problems: readonly { path: readonly (string | number)[]; message: string }[]) =>
  problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
const problems = (...given: Parameters<typeof compile>) => {
  const compiled = compile(...given)
  return 'problems' in compiled ? told(compiled.problems) : []
}
const warnings = (...given: Parameters<typeof compile>) => {
  const compiled = compile(...given)
  return 'warnings' in compiled ? told(compiled.warnings) : told(compiled.problems).map((problem) => `not even compiled: ${problem}`)
}
const part = (steps: FlowSpec['steps'], more: Partial<FlowSpec> = {}): FlowSpec => ({
  title: 'Part',
  designation: 'stage-configuration',
  entry: 'call',
  steps,
  ...more,
})
const signedIn = [{ type: 'who' }, { type: 'secret' }]

describe('the compiler', () => {
  const line = (instruction: Instruction): string => {
    if (instruction.is === 'jump') return `jump ${instruction.to}`
    return instruction.is === 'test' ? `${instruction.condition.hash}? else ${instruction.else}` : instruction.id
  }

  test('lays steps, choices and calls out as instructions that lead forward', () => {
    const flows = {
      terms: part([
        { type: 'asks', with: { key: 'a' } },
        { id: 'sure', type: 'refuses', when: 'no' },
      ]),
    }
    const { instructions } = program(
      [
        { type: 'who' },
        { type: 'secret', when: 'yes' },
        {
          choose: [
            { when: 'no', steps: [{ type: 'code' }, { choose: [{ when: 'yes', steps: [{ type: 'code' }] }] }] },
            { when: 'user:ada', steps: [] },
            { steps: [{ flow: 'terms' }] },
          ],
        },
        { flow: 'terms', when: 'no' },
        { flow: 'terms', id: 'again' },
      ],
      {},
      flows,
    )
    assert.deepEqual(instructions.map(line), [
      'who-1',
      'yes? else 3',
      'secret-2',
      'no? else 8',
      'code-3.1.1',
      'yes? else 7',
      'code-3.1.2.1.1',
      'jump 13',
      'user:ada? else 10',
      'jump 13',
      'terms/asks-1',
      'no? else 13',
      'terms/sure',
      'no? else 17',
      'terms-4/asks-1',
      'no? else 17',
      'terms-4/sure',
      'again/asks-1',
      'no? else 20',
      'again/sure',
    ])
    for (const [at, instruction] of instructions.entries()) {
      const to = instruction.is === 'jump' ? instruction.to : instruction.is === 'test' ? instruction.else : at + 1
      assert.ok(to > at && to <= instructions.length, `${at} leads to ${to}`)
    }
  })

  test('refuses what cannot work, all of it at once', () => {
    assert.deepEqual(
      problems([{ type: 'secret' }, { type: 'sercet' }, { type: 'secret' }, { id: 'x', type: 'who' }, { id: 'x', type: 'who' }]),
      [
        'steps.1.type: there is no stage "sercet"',
        'steps.4.id: two steps have the id "x"; give one of them another',
        'steps.0: step "secret-1" needs the fact "login", which no earlier step gives; put a step that gives it before',
      ],
    )
  })

  test('refuses steps that are nothing, or two things at once', () => {
    assert.deepEqual(problems([...signedIn, {}, { type: 'who', flow: 'x' }, { choose: [], with: {}, onInvalid: 'restart' }]), [
      'steps.2: a step is one of a stage ("type"), a choice ("choose") and a call of a flow ("flow"); this one has none of them',
      'steps.3: a step is one of a stage ("type"), a choice ("choose") and a call of a flow ("flow"); this one has "type" and "flow"',
      'steps.4.with: "with" belongs to a stage ("type"), not to a choice; remove it',
      'steps.4.onInvalid: "onInvalid" belongs to a stage ("type"), not to a choice; remove it',
    ])
  })

  test('refuses conditions that cannot be read, at their places, and says what the others refer to', () => {
    assert.deepEqual(
      problems([...signedIn, { type: 'asks', with: { key: 'a' }, when: 'hm' }, { choose: [{ when: 'hum', steps: [] }, { steps: [] }] }]),
      ['steps.2.when: "hm" is no condition', 'steps.3.choose.0.when: "hum" is no condition'],
    )
    const compiled = compile([...signedIn, { choose: [{ when: 'user:ada', steps: [] }] }])
    assert.deepEqual('refers' in compiled && compiled.refers, [{ to: 'user', name: 'ada', path: ['steps', 2, 'choose', 0, 'when'] }])
  })

  test('refuses flows that run within themselves, naming the circle from wherever it is met', () => {
    const flows = { a: part([{ flow: 'b' }]), b: part([{ choose: [{ when: 'no', steps: [{ flow: 'c' }] }] }]), c: part([{ flow: 'a' }]) }
    assert.deepEqual(problems([...signedIn, { flow: 'a' }, { flow: 'f' }], {}, flows), [
      'steps.2.flow: "a" calls "b" calls "c" calls "a": no flow can run within itself; remove one of the calls',
      'steps.3.flow: "f" calls "f": no flow can run within itself; remove one of the calls',
    ])
  })

  test('refuses calls that lead nowhere, to what only a link opens, or to what is broken itself', () => {
    const flows = { linked: part([], { entry: 'link' }), broken: part([{ type: 'sercet' }]) }
    assert.deepEqual(problems([...signedIn, { flow: 'lost' }, { flow: 'linked' }, { flow: 'broken' }], {}, flows), [
      'steps.2.flow: there is no flow "lost"',
      'steps.3.flow: the flow "linked" is opened by a one-time link only, so no other flow can call it',
      'steps.4.flow: the flow "broken" cannot be used; put right what is wrong there',
    ])
  })

  test('refuses programs that calls blow up, in no time', () => {
    const ten = (slug: string) => part(Array.from({ length: 10 }, () => ({ flow: slug })))
    const flows = { a: ten('b'), b: ten('c'), c: ten('d'), d: ten('e'), e: ten('g'), g: part([]) }
    const started = performance.now()
    assert.deepEqual(problems([{ flow: 'a' }], {}, flows).slice(0, 1), [
      'steps.0.flow: has more than 2000 steps, those of the flows that it calls included; make it shorter',
    ])
    assert.ok(performance.now() - started < 1000)
  })

  test('the hash follows what a run could notice, in called flows and in conditions too', () => {
    const { hash } = program(signedIn)
    assert.equal(hash, program([{ type: 'who' }, { type: 'secret' }]).hash)
    const calling = [...signedIn, { flow: 'p' }]
    const hashes = [
      hash,
      program([{ type: 'who' }, { type: 'secret', with: { x: 1 } }]).hash,
      program([{ type: 'who' }, { type: 'secret', onInvalid: 'restart' }]).hash,
      program([{ type: 'who' }, { type: 'secret', when: 'yes' }]).hash,
      program([{ type: 'who' }, { type: 'secret', when: 'no' }]).hash,
      program(calling, {}, { p: part([]) }).hash,
      program(calling, {}, { p: part([{ type: 'refuses' }]) }).hash,
      program(calling, {}, { p: part([{ type: 'refuses', when: 'no' }]) }).hash,
    ]
    assert.equal(new Set(hashes).size, hashes.length)
  })
})

describe('the linter', () => {
  const code = { type: 'code' }

  test('refuses a sign-in that proves nothing, and warns where a run may leave its proofs out', () => {
    assert.match(problems([{ type: 'who' }]).join(), /no step proves who the user is/)
    assert.deepEqual(problems([{ type: 'who' }], { entry: 'link' }), [])
    assert.deepEqual(problems([], { designation: 'authorization' }), [])
    const warning = 'steps: a run may leave out every step that proves who the user is ("secret-2"); such a run is denied at its end'
    assert.deepEqual(warnings([{ type: 'who' }, { type: 'secret', when: 'yes' }]), [warning])
    assert.deepEqual(warnings(signedIn), [])
    const either = (last: FlowSpec['steps']) => [{ type: 'who' }, { choose: [{ when: 'no', steps: [code] }, { steps: last }] }]
    assert.deepEqual(
      warnings(either([{ type: 'secret' }])).filter((one) => one.startsWith('steps:')),
      [],
    )
    assert.deepEqual(
      warnings(either([{ type: 'ends' }])).filter((one) => one.startsWith('steps:')),
      [],
    )
    assert.equal(warnings(either([])).filter((one) => one.startsWith('steps:')).length, 1)
  })

  test('refuses a need that nothing before may give, and warns where only some ways give it', () => {
    assert.deepEqual(problems([{ choose: [{ when: 'yes', steps: [{ type: 'secret' }] }, { steps: [{ type: 'who' }, code] }] }]), [
      'steps.0.choose.0.steps.0: step "secret-1.1.1" needs the fact "login", which no earlier step gives; put a step that gives it before',
    ])
    const needs = (id: string, fact: string) =>
      `step "${id}" needs the fact "${fact}", which only steps give that a run may leave out; a run that comes here without it is denied`
    assert.deepEqual(warnings([{ type: 'who', when: 'yes' }, { type: 'secret' }]), [`steps.1: ${needs('secret-2', 'login')}`])
    assert.deepEqual(
      warnings([{ choose: [{ when: 'yes', steps: [{ type: 'who' }] }, { steps: [{ type: 'who' }] }] }, { type: 'secret' }]),
      [],
    )
    assert.deepEqual(
      warnings([{ choose: [{ when: 'yes', steps: [{ type: 'who' }] }, { steps: [{ type: 'ends' }] }] }, { type: 'secret' }]),
      [],
    )
    assert.deepEqual(warnings([{ choose: [{ when: 'yes', steps: [{ type: 'who' }] }] }, { type: 'secret' }]), [
      `steps.1: ${needs('secret-2', 'login')}`,
    ])
  })

  test('looks into called flows where they are called', () => {
    const flows = { factor: part([code]), refusal: part([{ type: 'ends' }]) }
    assert.deepEqual(problems([{ flow: 'factor' }, ...signedIn], {}, flows), [
      'steps.0.flow: step "factor/code-1" needs the fact "user", which no earlier step gives; put a step that gives it before',
    ])
    assert.deepEqual(warnings([...signedIn, { flow: 'factor' }], {}, flows), [])
    assert.deepEqual(problems([...signedIn, { flow: 'refusal' }, code], {}, flows), [
      'steps.3: is never reached: "refusal/ends-1" ends every run that comes to it; remove one of them',
    ])
    assert.deepEqual(problems(flows.factor.steps, { entry: 'call' }), [])
  })

  test('refuses a condition about the user where nobody has said who it is', () => {
    const message = 'the condition asks about the user, and no earlier step says who it is; put such a step before'
    assert.deepEqual(problems([{ type: 'who', when: 'user:ada' }, { type: 'secret' }]), [`steps.0.when: ${message}`])
    assert.deepEqual(
      problems([
        {
          choose: [
            { when: 'no', steps: [] },
            { when: 'user:ada', steps: [] },
          ],
        },
        ...signedIn,
      ]),
      [`steps.0.choose.1.when: ${message}`],
    )
    assert.deepEqual(problems([...signedIn, { ...code, when: 'user:ada' }]), [])
    for (const designation of ['authorization', 'invalidation'] as const)
      assert.deepEqual(problems([{ type: 'refuses', when: 'user:ada' }], { designation }), [])
  })

  test('refuses steps and branches that no run can reach', () => {
    const never = 'is never reached:'
    assert.match(problems([...signedIn, { type: 'ends' }, code, code]).join('\n'), new RegExp(`^steps\\.3: ${never} "ends-3"[^\n]*$`))
    assert.deepEqual(warnings([...signedIn, { type: 'ends', when: 'no' }, code]), [])
    const both = [{ when: 'no', steps: [{ type: 'ends' }] }, { steps: [{ id: 'out', type: 'ends' }] }]
    assert.match(problems([...signedIn, { choose: both }, code]).join(), /^steps\.3: is never reached/)
    assert.deepEqual(problems([...signedIn, { choose: [{ steps: [] }, { when: 'yes', steps: [] }] }]), [
      'steps.2.choose.1: is never reached: the branch before it has no "when"; only the last branch may have none',
    ])
  })
})
