import type { Fact, Stage } from '../api/index.ts'

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

export type Step = {
  /** Stable within the flow: the configured `id`, else `<type>-<position>`. */
  readonly id: string
  readonly stage: Stage
  readonly settings: Readonly<Record<string, unknown>>
  readonly needs: readonly Fact[]
  readonly gives: readonly Fact[]
  readonly checkAnswer: Check
}

/** A compiled flow: immutable, shared by all runs. */
export type Program = {
  readonly slug: string
  readonly title: string
  readonly designation: Designation
  /** Opened only by a one-time operator link. */
  readonly byLink: boolean
  /** Seconds that a session which this flow opens lasts. */
  readonly sessionLifetime: number
  readonly steps: readonly Step[]
  /** Changes whenever anything changes that a run could notice. */
  readonly hash: string
}

/** A flow as its document says it, after its schema was checked. Durations are in seconds. */
export type FlowSpec = {
  readonly title: string
  readonly designation: Designation
  readonly entry?: 'link'
  readonly session?: { readonly lifetime: number }
  readonly steps: readonly { readonly id?: string; readonly type: string; readonly with?: Readonly<Record<string, unknown>> }[]
}
