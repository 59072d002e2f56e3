import type { About, Application, Expression, Json, Message, Policy, RequestView } from '../api/index.ts'
import type { Path } from '../configuration/problem.ts'
import type { Proof } from '../access/types.ts'

/** A policy of the configuration, ready to be asked. `hash` changes whenever its answers could. */
export type ConfiguredPolicy = {
  readonly slug: string
  readonly policy: Policy
  readonly settings: Readonly<Record<string, unknown>>
  readonly hash: string
}

/** What one binding asks. Group and role by slug, user by name. */
export type Test =
  | { readonly by: 'policy'; readonly policy: ConfiguredPolicy }
  | { readonly by: 'group'; readonly group: string }
  | { readonly by: 'user'; readonly user: string }
  | { readonly by: 'role'; readonly role: string }
  | { readonly by: 'method'; readonly method: string }
  /** A level of authentication, by its `acr`. */
  | { readonly by: 'level'; readonly level: string }
  | { readonly by: 'expression'; readonly expression: Expression }

export type Binding = {
  readonly test: Test
  readonly negate: boolean
  /** Epoch milliseconds; outside of them the binding takes no part. */
  readonly from: number | undefined
  readonly until: number | undefined
}

/** Bindings that decide together, compiled: immutable. Without any it is a yes. */
export type Condition = {
  readonly mode: 'any' | 'all'
  readonly bindings: readonly Binding[]
  /** Changes whenever its verdict could, policies included. */
  readonly hash: string
  /** Names of the scope that it reads: `user`, `facts`, … (`user` where a binding asks for group, user or role, `methods` where it asks for a method or a level). For the flow linter. */
  readonly reads: readonly string[]
}

/** What a condition is about. Everything in it is a fact of the request; nothing is fetched to make it. */
export type Situation = {
  readonly about: About
  readonly request: RequestView
  readonly user: { readonly id: string; readonly username: string } | undefined
  readonly application: Application | undefined
  readonly flow: { readonly slug: string; readonly title: string; readonly designation: string } | undefined
  /** By name, as the run knows them now; secret ones (a new password's hash) are left out. */
  readonly facts: Readonly<Record<string, Json>>
  readonly proofs: readonly Proof[]
  readonly session: { readonly id: string; readonly at: number } | undefined
  /** Names of the levels of authentication that the proofs reach. */
  readonly levels: readonly string[]
  /** Has this user signed in at this browser before? */
  readonly knownBrowser: boolean
  /** Does this user trust this browser now? */
  readonly trustedBrowser: boolean
}

/** Why one binding said what it said. */
export type Reason = {
  /** E.g. `policy "corporate"`, `group "finance"`, `expression`. */
  readonly of: string
  readonly said: 'yes' | 'no' | 'failed' | 'inactive'
  readonly negated: boolean
  /** For operators: what made it so, e.g. `request.ip.in("10.0.0.0/8") is false`, or what failed. */
  readonly detail?: string
  /** Where in the expression, counting from 1. */
  readonly line?: number
  readonly column?: number
  readonly ms: number
}

export type Verdict = {
  /** `failed`: something could not be evaluated. It is a no for access, and ends a run that came to it. */
  readonly said: 'yes' | 'no' | 'failed'
  /** For the user, where it is a no and a policy says why. */
  readonly why?: Message
  /** Levels of authentication of which reaching one would make a yes of a no, by their `acr`. */
  readonly lacking?: readonly string[]
  readonly reasons: readonly Reason[]
}

/** `explain`: find out which part of an expression decided, for a simulation or a refusal that is told to operators. */
export type Judge = (condition: Condition, situation: Situation, options?: { readonly explain?: boolean }) => Promise<Verdict>

/** A condition as configuration writes it, schema checked: an expression, a list of bindings, or `{ mode, bindings }`. */
export type WrittenBinding = {
  readonly policy?: string
  readonly group?: string
  readonly user?: string
  readonly role?: string
  readonly method?: string
  readonly level?: string
  readonly expression?: string
  readonly negate?: boolean
  readonly from?: string
  readonly until?: string
}
export type WrittenCondition =
  | string
  | readonly WrittenBinding[]
  | { readonly mode?: 'any' | 'all'; readonly bindings: readonly WrittenBinding[] }

/** What conditions refer to beyond themselves. The directory is not asked here: references to it are collected, and asked for at a commit. */
export type ConditionLibrary = {
  policy(slug: string): ConfiguredPolicy | undefined
  /** `there is no policy "x"; did you mean "y"?` */
  unknownPolicy(slug: string): string
  role(slug: string): boolean
  unknownRole(slug: string): string
  level(acr: string): boolean
  unknownLevel(acr: string): string
}
/** `path` is relative to the condition. */
export type CompileCondition = (
  written: WrittenCondition,
  library: ConditionLibrary,
) =>
  | {
      readonly condition: Condition
      readonly refers: readonly { readonly to: 'group' | 'user'; readonly name: string; readonly path: Path }[]
    }
  | { readonly problems: readonly { readonly path: Path; readonly message: string }[] }
