import { type Decision, type Fact, type Log, type Policy, type PolicyContext, type User } from '../api/index.ts'
import type { Pool } from '../../sandbox/index.ts'
import { methodsOf } from '../access/browsers.ts'
import { inTime } from '../engine/guard.ts'
import { measure } from '../observe/work.ts'
import { usernameKey } from '../identity/names.ts'
import { batching } from './batch.ts'
import { fetchUser, type Directory, type Fetch, type Fetched } from './directory.ts'
import { evaluate, EvaluationError, type Evaluation } from './evaluate.ts'
import type { Decisive } from './explain.ts'
import { expressionsIn, programOf } from './expressions.ts'
import { needsOf } from './pruning.ts'
import type { Binding, Condition, ConfiguredPolicy, Judge, Reason, Situation, Test, Verdict } from './types.ts'
import { type Outcome, verdictOf } from './verdict.ts'

export type JudgeParts = {
  readonly pool: Pick<Pool, 'runAll'>
  readonly directory: Directory
  /** The ports of a policy. */
  readonly use: (policy: Policy) => Readonly<Record<string, unknown>>
  readonly log: Log
}

/** Milliseconds after which a policy that does not answer has failed. */
const policyDeadline = 5000

type Answer = {
  readonly allowed: boolean
  readonly why?: Outcome['why']
  readonly detail?: string | undefined
  readonly decisive?: Decisive | undefined
}

/** What the directory is asked for before anything is evaluated. */
const needsOfBinding = ({ test, negate }: Binding): Iterable<Fetch> => {
  switch (test.by) {
    case 'policy':
      return ['user', 'groups', ...expressionsIn(test.policy.settings).flatMap((expression) => [...needsOf(programOf(expression).paths)])]
    case 'expression':
      return needsOf(programOf(test.expression).paths)
    case 'group':
      // Not being in a group says something of those only who are there.
      return negate ? ['user', 'groups'] : ['groups']
    case 'role':
      return negate ? ['user', 'roles'] : ['roles']
    case 'user':
      return ['user']
    case 'method':
    case 'level':
      return []
  }
}

const nameOf = (test: Test): string => {
  switch (test.by) {
    case 'policy':
      return `policy "${test.policy.slug}"`
    case 'expression':
      return 'expression'
    case 'group':
      return `group "${test.group}"`
    case 'role':
      return `role "${test.role}"`
    case 'user':
      return `user "${test.user}"`
    case 'method':
      return `method "${test.method}"`
    case 'level':
      return `level "${test.level}"`
  }
}

const isActive = ({ from, until }: Binding, now: number): boolean =>
  (from === undefined || from <= now) && (until === undefined || now < until)

/**
 * Judges conditions. Every binding that takes part now is asked, all at once, with one message to the sandbox and each part of the directory asked once at
 * most; a failure is a failure, whatever the others say of it, see `verdictOf`.
 */
export const createJudge = (parts: JudgeParts): Judge => {
  const { directory, log } = parts

  return (condition, situation, options) =>
    measure('condition', situation.about.type, () => judge(condition, situation, options), {
      outcome: ({ said }) => said,
      told: () => ({ 'sluice.about': situation.about.slug }),
    })

  async function judge(...[condition, situation, { explain = false } = {}]: Parameters<Judge>): Promise<Verdict> {
    const now = situation.request.at.getTime()
    const active = condition.bindings.filter((binding) => isActive(binding, now))
    const needs = new Set(active.flatMap((binding) => [...needsOfBinding(binding)]))
    const reasons = await judged(condition, situation, now, needs, explain)
    const verdict = verdictOf(condition.mode, situation.about.type === 'step', reasons)
    for (const { of, said, detail } of verdict.reasons) {
      if (said === 'failed' && !explain) log.warn({ about: situation.about, request: situation.request.id, of, detail }, 'policy: failed')
    }
    return verdict
  }

  async function judged(
    condition: Condition,
    situation: Situation,
    now: number,
    needs: ReadonlySet<Fetch>,
    explain: boolean,
  ): Promise<readonly Outcome[]> {
    const run = batching(parts.pool)
    let fetched: Fetched
    try {
      fetched = await fetchUser(directory, situation.user?.id, needs)
    } catch (error) {
      return condition.bindings.map((binding) => failedBy(binding, error, 0))
    }
    const given: Evaluation = { run, directory, situation, fetched, explain }
    return Promise.all(condition.bindings.map((binding) => outcomeOf(binding, given, now)))
  }

  async function outcomeOf(binding: Binding, given: Evaluation, now: number): Promise<Outcome> {
    const { test, negate } = binding
    if (!isActive(binding, now)) return { reason: { of: nameOf(test), said: 'inactive', negated: negate, ms: 0 } }
    return measure('policy', test.by, () => asked(binding, given), {
      outcome: ({ reason }) => reason.said,
      // Not whom a binding names: user names stay out of traces.
      told: () => (test.by === 'policy' ? { 'sluice.policy': test.policy.slug } : {}),
    })
  }

  async function asked(binding: Binding, given: Evaluation): Promise<Outcome> {
    const { test, negate } = binding
    const started = performance.now()
    try {
      const { allowed, why, detail, decisive } = await answerOf(binding, given)
      const said = allowed === negate ? 'no' : 'yes'
      const reason: Reason = {
        of: nameOf(test),
        said,
        negated: negate,
        ...(detail !== undefined && { detail }),
        ...decisive,
        ms: performance.now() - started,
      }
      const lacks = said === 'no' && !negate && test.by === 'level' ? test.level : undefined
      return { reason, ...(said === 'no' && !negate && why && { why }), ...(lacks !== undefined && { lacks }) }
    } catch (error) {
      return failedBy(binding, error, performance.now() - started)
    }
  }

  async function answerOf({ test, negate }: Binding, given: Evaluation): Promise<Answer> {
    const { user, groups = [], roles = [] } = given.fetched
    if (test.by === 'group' || test.by === 'role' || test.by === 'user') {
      if (!given.situation.user) throw new EvaluationError('nobody is known here')
      if (negate && !user) throw new EvaluationError('the user is not there any more')
    }
    switch (test.by) {
      case 'group':
        return { allowed: groups.includes(test.group) }
      case 'role':
        return { allowed: roles.includes(test.role) }
      case 'user':
        return { allowed: user !== undefined && usernameKey(user.username) === usernameKey(test.user) }
      case 'method':
        return { allowed: given.situation.proofs.some(({ method }) => method === test.method) }
      case 'level':
        return { allowed: given.situation.levels.includes(test.level) }
      case 'expression': {
        const { value, decisive } = await evaluate(test.expression, given)
        if (typeof value !== 'boolean') throw notBoolean(value)
        return { allowed: value, decisive }
      }
      case 'policy':
        return ask(test.policy, given)
    }
  }

  async function ask({ policy, settings }: ConfiguredPolicy, given: Evaluation): Promise<Answer> {
    const { situation, fetched } = given
    let decisive: Decisive | undefined
    const context: PolicyContext<any, any> = {
      settings,
      use: parts.use(policy),
      about: situation.about,
      request: situation.request,
      user: fetched.user && ({ ...fetched.user, groups: fetched.groups ?? [] } satisfies User),
      application: situation.application,
      methods: methodsOf(situation.proofs),
      peek: (fact: Fact) => (Object.hasOwn(situation.facts, fact.name) ? (situation.facts[fact.name] as never) : undefined),
      evaluate: async (expression) => {
        const evaluated = await evaluate(expression, given)
        decisive = evaluated.decisive ?? decisive
        return evaluated.value
      },
      signal: AbortSignal.timeout(policyDeadline),
    }
    const decision = await inTime('the policy', policy.decide(context), policyDeadline)
    // Plugins are not all written in TypeScript, and any other value could be taken for a yes.
    if (!isDecision(decision)) throw new Error(`the policy answered ${shown(decision)}, not allow or refuse(…)`)
    return decision.allow ? { allowed: true, decisive } : { allowed: false, why: decision.why, decisive }
  }
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

const isDecision = (value: unknown): value is Decision =>
  typeof value === 'object' && value !== null && 'allow' in value && (value.allow === true || (value.allow === false && 'why' in value))

const notBoolean = (value: unknown): EvaluationError =>
  new EvaluationError(`the expression came to ${shown(value)}, which is neither true nor false`)

const failedBy = ({ test, negate }: Binding, error: unknown, ms: number): Outcome => {
  const detail = error instanceof Error ? error.message : String(error)
  const { line, column } = error instanceof EvaluationError ? error : {}
  return {
    reason: {
      of: nameOf(test),
      said: 'failed',
      negated: negate,
      detail,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ms,
    },
  }
}
