import type { Message } from '../api/index.ts'
import type { Condition, Reason, Verdict } from './types.ts'

/** What one binding came to, after `negate`. `why`: what a policy says to the user about its no. `lacks`: the level that would make a yes of it. */
export type Outcome = { readonly reason: Reason; readonly why?: Message | undefined; readonly lacks?: string }

/**
 * Of which levels one would turn a no into a yes. Where all have to say yes and several lack a level, the first of them comes first: what is proved for
 * it stays proved when the next one is asked for.
 */
const lackingOf = (mode: Condition['mode'], outcomes: readonly Outcome[]): readonly string[] => {
  const lacking = outcomes.flatMap(({ lacks }) => lacks ?? [])
  if (mode === 'any') return lacking
  const isElse = outcomes.every(({ reason: { said }, lacks }) => lacks !== undefined || said === 'yes' || said === 'inactive')
  return isElse ? lacking.slice(0, 1) : []
}

/**
 * What the bindings come to together; those that take no part now do not count, and where none is left it is a no.
 *
 * For access, what decides for certain decides: a yes among `any`, a no among `all`, whatever failed beside it. A failure is never a yes. For
 * the steps of a flow (`strict`) any failure ends the run, so that a mistake shows and does not lead on by another branch.
 */
export const verdictOf = (mode: Condition['mode'], strict: boolean, outcomes: readonly Outcome[]): Verdict => {
  const reasons = outcomes.map(({ reason }) => reason)
  if (outcomes.length === 0) return { said: 'yes', reasons }
  const has = (said: Reason['said']) => reasons.some((reason) => reason.said === said)
  const said = (): Verdict['said'] => {
    if (strict && has('failed')) return 'failed'
    if (mode === 'any') return has('yes') ? 'yes' : has('failed') ? 'failed' : 'no'
    return has('no') ? 'no' : has('failed') ? 'failed' : has('yes') ? 'yes' : 'no'
  }
  const decided = said()
  const why = decided === 'yes' ? undefined : outcomes.find((outcome) => outcome.why !== undefined)?.why
  const lacking = decided === 'yes' ? [] : lackingOf(mode, outcomes)
  return { said: decided, ...(why && { why }), ...(lacking.length > 0 && { lacking }), reasons }
}
