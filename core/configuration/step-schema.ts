import Type from 'typebox'
import type { FlowSpec, StepSpec } from '../engine/program.ts'
import { condition } from './condition-schema.ts'
import type { Schema } from './schema.ts'

/** Choices within choices. What is nested deeper is read better as a flow of its own that is called. */
const deepest = 6
/** In one list. */
const mostSteps = 200

export type StepFields = {
  /** Checked by the schema of the stage that `type` names. */
  readonly settings: Schema
  /** A name of another object. */
  readonly reference: (title: string, description: string) => Schema
  readonly slug: { readonly pattern: RegExp; readonly hint: string }
}

/** The schema of a list of steps. Written out to its depth, so that whatever walks schemas (defaults, forms, documents) needs to know no references. */
export const stepsSchema = ({ settings, reference, slug }: StepFields) => {
  const optional = <T>(schema: Schema) => Type.Optional(Type.Unsafe<T>(schema))
  // The same at every depth, so that they are compiled once.
  const ofBranch = Type.Optional(
    condition({
      title: 'Condition',
      description: 'The branch is taken where this holds, and no branch before it was. Only the last may have none.',
    }),
  )
  const ofStep = Type.Optional(condition({ title: 'Condition', description: 'Where it does not hold, the step is left out.' }))
  const stepsAt = (depth: number, description: string): Schema =>
    Type.Array(stepAt(depth), { title: 'Steps', description, maxItems: mostSteps }) as Schema
  const branchAt = (depth: number) =>
    Type.Object({
      when: ofBranch,
      steps: Type.Unsafe<FlowSpec['steps']>(stepsAt(depth, 'The steps of the branch, like those of a flow.')),
    })
  const stepAt = (depth: number) =>
    Type.Object({
      id: Type.Optional(
        Type.String({
          title: 'Name of the step',
          description: 'Shown in traces; by default the type and its place.',
          pattern: slug.pattern.source,
          'x-hint': slug.hint,
        }),
      ),
      type: optional<string>(reference('Type of stage', 'One of the stages that plugins bring.')),
      with: optional<Readonly<Record<string, unknown>>>(settings),
      when: ofStep,
      onInvalid: Type.Optional(
        Type.Enum(['retry', 'restart', 'restart-with-facts'], {
          title: 'After a wrong answer',
          description: 'The step again (`retry`, the default), or the flow, without or with what it has found out.',
        }),
      ),
      ...(depth > 0 && {
        choose: Type.Optional(
          Type.Array(branchAt(depth - 1), {
            title: 'Choice',
            description: 'The first branch whose condition holds is taken; if none does, nothing is.',
            minItems: 1,
            maxItems: 50,
          }),
        ),
      }),
      flow: optional<string>(reference('Called flow', 'Runs the steps of another flow here, and comes back.')),
    })
  return Type.Unsafe<readonly NonNullable<StepSpec>[]>(stepsAt(deepest, 'The stages, one after the other.'))
}
