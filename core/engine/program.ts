import type { Fact, Stage } from '../api/index.ts'
import type { Condition, WrittenCondition } from '../policy/types.ts'

export type Designation =
  | 'authentication'
  | 'authorization'
  | 'invalidation'
  | 'enrollment'
  | 'unenrollment'
  | 'recovery'
  | 'stage-configuration'

/** A problem in a value, at its place: `['steps', 1, 'with', 'by']`. */
export type Problem = { readonly path: readonly (string | number)[]; readonly message: string }
/** Checks a value and fills in defaults, or says everything that is wrong with it. */
export type Check = (value: unknown) => { readonly value: Record<string, unknown> } | { readonly problems: readonly Problem[] }

/** What follows a wrong answer: the same step again, or the whole flow, without or with the facts that the run has found out. */
export type OnInvalid = 'retry' | 'restart' | 'restart-with-facts'

export type Step = {
  /** Stable within the flow: the configured `id`, else `<type>-<place>`; of a step of a called flow `<call>/<id there>`. */
  readonly id: string
  readonly stage: Stage
  readonly settings: Readonly<Record<string, unknown>>
  readonly needs: readonly Fact[]
  readonly gives: readonly Fact[]
  readonly checkAnswer: Check
  readonly onInvalid: OnInvalid
}

/** Only forward: the position of a run never falls, unless the run goes back as a whole, and every run comes to an end. */
export type Instruction =
  | (Step & { readonly is: 'stage' })
  /** Where the condition does not hold, the run goes on at `else`. `id` is that of the step or branch that it guards. */
  | { readonly is: 'test'; readonly id: string; readonly condition: Condition; readonly else: number }
  | { readonly is: 'jump'; readonly to: number }

/** A compiled flow: immutable, shared by all runs. */
export type Program = {
  readonly slug: string
  readonly title: string
  readonly designation: Designation
  /** Opened only by a one-time operator link. */
  readonly byLink: boolean
  /** Run only as a part of flows that call it. */
  readonly byCall: boolean
  /** Seconds that a session which this flow opens lasts. */
  readonly sessionLifetime: number
  readonly instructions: readonly Instruction[]
  /** Names of facts that no condition may see. */
  readonly secretFacts: ReadonlySet<string>
  /** Changes whenever anything changes that a run could notice. */
  readonly hash: string
}

/** The stage at a position, if there is one. */
export const stageAt = ({ instructions }: Program, position: number): Step | undefined => {
  const instruction = instructions[position]
  return instruction?.is === 'stage' ? instruction : undefined
}

export type BranchSpec = { readonly when?: WrittenCondition; readonly steps: readonly StepSpec[] }
/** One of a stage (`type`), a choice (`choose`) and a call (`flow`). `null`: a step that could not be read, and is told already. */
export type StepSpec = {
  readonly id?: string
  readonly when?: WrittenCondition
  readonly type?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly onInvalid?: OnInvalid
  readonly choose?: readonly BranchSpec[]
  readonly flow?: string
} | null

/** A flow as its document says it, after its schema was checked. Durations are in seconds. */
export type FlowSpec = {
  readonly title: string
  readonly designation: Designation
  readonly entry?: 'link' | 'call'
  readonly session?: { readonly lifetime: number }
  readonly steps: readonly StepSpec[]
  /** Something in it could not be read and is told already: only what is wrong with single steps is worth telling. */
  readonly partial?: boolean
}
