import * as fc from 'fast-check'
import type { FlowSpec, OnInvalid, StepSpec } from './program.ts'

type Step = NonNullable<StepSpec>

/** Conditions of the small house of stages; the last two cannot be judged. */
const conditions = [
  'yes',
  'no',
  'user:ada',
  'user:bob',
  'proved:pwd',
  'proved:totp',
  'knows:data',
  'knows:user',
  'stranger',
  'ip:192.0.2.1',
] as const
const broken = ['broken', 'throws'] as const

const when = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...conditions) }, { weight: 1, arbitrary: fc.constantFrom(...broken) })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const onInvalid = maybe(fc.constantFrom<OnInvalid>('retry', 'restart', 'restart-with-facts'))

const only = (step: Record<string, unknown>): Step =>
  Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as Step

const stage = fc
  .record({ type: fc.constantFrom('who', 'secret', 'secret', 'code', 'asks', 'writes'), when: maybe(when), onInvalid })
  .map((said) => only({ ...said, ...(said.type === 'asks' && { with: { key: 'k' } }) }))
const ends = when.map((condition) => only({ type: 'ends', when: condition }))
const call = fc.record({ flow: fc.constantFrom('one', 'two'), when: maybe(when) }).map(only)

const listOf = (depth: number): fc.Arbitrary<readonly Step[]> => {
  const branches = (): fc.Arbitrary<Step> =>
    fc
      .record({
        branches: fc.array(fc.record({ when, steps: listOf(depth - 1) }), { minLength: 1, maxLength: 3 }),
        otherwise: maybe(listOf(depth - 1)),
        when: maybe(when),
      })
      .map(({ branches, otherwise, when: guard }) =>
        only({ choose: [...branches, ...(otherwise ? [{ steps: otherwise }] : [])], when: guard }),
      )
  const step = fc.oneof(
    { weight: 6, arbitrary: stage },
    { weight: 1, arbitrary: ends },
    ...(depth > 0 ? [{ weight: 3, arbitrary: branches() }] : []),
    { weight: 1, arbitrary: call },
  )
  return fc.array(step, { minLength: depth > 0 ? 1 : 0, maxLength: 4 })
}

/** The same with a name for each stage, which the model and the engine tell it by. */
const named = (steps: readonly StepSpec[], next: () => number): readonly Step[] =>
  steps.flatMap((step) =>
    step === null
      ? []
      : [
          {
            ...step,
            ...(step.type !== undefined && { id: `${step.type}-${next()}` }),
            ...(step.choose && { choose: step.choose.map((branch) => ({ ...branch, steps: named(branch.steps, next) })) }),
          },
        ],
  )

const numbered = (steps: readonly StepSpec[]): readonly Step[] => {
  let last = 0
  return named(steps, () => ++last)
}

export type RandomFlow = {
  readonly steps: readonly Step[]
  readonly flows: Readonly<Record<string, FlowSpec>>
  readonly designation: 'authentication' | 'recovery'
}

const part = (steps: readonly Step[]): FlowSpec => ({
  title: 'Part',
  designation: 'stage-configuration',
  entry: 'call',
  steps: numbered(steps),
})
const callsNothing = (steps: readonly StepSpec[]): readonly Step[] =>
  steps.flatMap((step) => {
    if (step === null || step.flow !== undefined) return []
    return [step.choose ? { ...step, choose: step.choose.map((branch) => ({ ...branch, steps: callsNothing(branch.steps) })) } : step]
  })

/** Flows that ask who it is first, with choices, conditions and calls of two other flows at any depth. */
export const randomFlow: fc.Arbitrary<RandomFlow> = fc
  .record({
    steps: listOf(3),
    one: listOf(1),
    two: listOf(1),
    designation: fc.constantFrom<RandomFlow['designation']>('authentication', 'authentication', 'recovery'),
    whoIfNobody: fc.boolean(),
  })
  .map(({ steps, one, two, designation, whoIfNobody }) => {
    const inner = callsNothing(two)
    // The first may call the second, the second nothing.
    const outer = one.map((step) => (step.flow === 'one' ? { ...step, flow: 'two' } : step))
    const flat = callsNothing(outer.filter((step) => step.choose))
    const first = outer.filter((step) => !step.choose)
    return {
      steps: numbered([{ type: 'who', ...(whoIfNobody && { when: 'stranger' }) }, ...steps]),
      flows: { one: part([...first, ...flat]), two: part(inner) },
      designation,
    }
  })

/** What somebody does at a page: answers rightly, wrongly or not at all, goes back, or sends an old answer once more. */
export type Act =
  | { readonly act: 'answer'; readonly answer: 'good' | 'bob' | 'nobody' | 'wrong' | '' }
  | { readonly act: 'back'; readonly to: number; readonly answer: 'ada' | 'bob' | 'nobody' }
  | { readonly act: 'replay'; readonly of: number }
  | { readonly act: 'restart' }

export const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        act: fc.constant('answer' as const),
        answer: fc.constantFrom('good', 'good', 'good', 'good', 'good', 'good', 'good', 'bob', 'nobody', 'wrong', 'wrong', ''),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ act: fc.constant('back' as const), to: fc.nat(5), answer: fc.constantFrom('ada', 'bob', 'nobody') }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('replay' as const), of: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant({ act: 'restart' as const }) },
  ) as fc.Arbitrary<Act>,
  { maxLength: 25 },
)
