import { randomBytes } from 'node:crypto'
import type { Application, Effect, Json, Message, Outcome, Wants } from '../api/index.ts'
import { addSpent, spentNow, type Spent } from '../observe/work.ts'
import type { LinkOwner } from '../access/mailbox.ts'
import type { Carried, Proof } from '../access/types.ts'
import type { Reason, Verdict } from '../policy/types.ts'
import type { Asker, Start } from './parts.ts'
import type { Program } from './program.ts'

/** One line of a run's trace. `step`: of a test, the step or the branch that it guards. No answers and no secret facts, so no secrets. */
export type TraceLine = { readonly step: string; readonly ms: number } & (
  | { readonly did: 'show' | 'submit'; readonly verdict: Outcome['go'] }
  | { readonly did: 'test'; readonly verdict: Verdict['said']; readonly reasons: readonly Reason[] }
  | { readonly did: 'close'; readonly verdict: 'closed' | 'closed-before' | 'refused' }
)

/**
 * A run of a flow as it is stored: plain JSON. `at` is the position in the program, `steps` below are positions too. What a step
 * established carries its position, so that going back to a step takes with it all that came after.
 */
export type RunState = {
  readonly v: 1
  readonly id: string
  readonly flow: string
  readonly hash: string
  readonly browser: string
  readonly origin: string
  readonly at: number
  /**
   * In the order in which they became known; the last of a name counts. `null`: a step that may give it did not. `step` is `bySupply` for what
   * the caller supplied, `byRestart` for what a restart kept.
   */
  readonly facts: readonly { readonly name: string; readonly value: Json; readonly step: number }[]
  /** `user`: of whom it was proved, `null` for the operator's link, which speaks for whoever comes out of the run. */
  readonly proofs: readonly (Proof & { readonly step: number; readonly user: string | null })[]
  /** What the session of the user had proved before, which steps need not prove again. Undefined: the run begins with nothing. */
  readonly carried?: Carried
  /** `user`: who the run was about when the effect was asked for. */
  readonly effects: readonly (Effect & { readonly step: number; readonly user: string | null })[]
  /** The open challenge: only an answer that names it is looked at. */
  readonly challenge: string | null
  /** Challenges of earlier steps that proved nothing: the back button may answer them again. */
  readonly earlier: Readonly<Record<string, number>>
  readonly kept: Json | null
  readonly notice: Message | null
  readonly failures: number
  readonly wants: Wants
  readonly application: Application | null
  /**
   * The store key of the link that opened the run; `taken` once this run has used it up. `mailed`: to whom, if it is not an operator's; `handed`: for
   * whom, if it is and was for a user.
   */
  readonly link: { readonly key: string; readonly taken: boolean; readonly mailed?: LinkOwner; readonly handed?: LinkOwner } | null
  /** Where it goes when the run has ended; the engine does not look inside. */
  readonly purpose: Json
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly expiresAt: number
  readonly ended: 'closed' | 'denied' | null
  readonly trace: readonly TraceLine[]
  /** The server's time for it, in the requests before this one. */
  readonly spent?: Spent
}

/** In place of positions: from before the first step. */
export const bySupply = -1
const byRestart = -2

/** A run in hand. `version` is that of its stored state; a run that is not stored has none. */
export type Position = {
  readonly state: RunState
  readonly program: Program
  readonly version: number | undefined
}

/** A run that does not fit this version is treated as expired: it ends alone. */
export const readState = (value: Json): RunState | undefined => {
  const state = value as unknown as RunState
  return state !== null && typeof state === 'object' && state.v === 1 ? state : undefined
}

/** The run as it was before the step at this position: facts, proofs and effects from there on are dropped. */
export function backTo(state: RunState, position: number): RunState {
  const before = <T extends { readonly step: number }>(items: readonly T[]) => items.filter((item) => item.step < position)
  return {
    ...state,
    at: position,
    facts: before(state.facts),
    proofs: before(state.proofs),
    effects: before(state.effects),
    earlier: Object.fromEntries(Object.entries(state.earlier).filter(([, step]) => step < position)),
    challenge: null,
    kept: null,
    notice: null,
  }
}

/** Seconds that a run may take. */
const lifetime = 3600
const traceLimit = 100

export const newId = () => randomBytes(18).toString('base64url')

export function begun(
  { program, purpose, wants = {}, application, facts = {}, link, mailed, handed, carried }: Start,
  asker: Asker,
  now: number,
): RunState {
  return {
    v: 1,
    id: newId(),
    flow: program.slug,
    hash: program.hash,
    browser: asker.browser.id,
    origin: asker.request.origin,
    at: 0,
    facts: Object.entries(facts).map(([name, value]) => ({ name, value, step: bySupply })),
    proofs: [],
    ...(carried && { carried }),
    effects: [],
    challenge: null,
    earlier: {},
    kept: null,
    notice: null,
    failures: 0,
    wants,
    application: application ?? null,
    link: link === undefined ? null : { key: link, taken: false, ...(mailed && { mailed }), ...(handed && { handed }) },
    purpose,
    startedAt: now,
    expiresAt: now + lifetime * 1000,
    ended: null,
    trace: [],
  }
}

/** The run at its beginning. What the caller supplied stays. Of what the run found out, nothing does, or the facts alone, as nobody's proof. */
export function restarted(state: RunState, keep: 'facts' | 'nothing'): RunState {
  const last = new Map(state.facts.filter(({ step }) => step !== bySupply).map((fact) => [fact.name, { ...fact, step: byRestart }]))
  const again = backTo({ ...state, facts: state.facts.filter(({ step }) => step === bySupply) }, 0)
  return keep === 'facts' ? { ...again, facts: [...again.facts, ...last.values()] } : again
}

/** The same run at its beginning, under the program as it is now. What the caller supplied stays, what the run found out goes. */
export const anew = (state: RunState, program: Program): RunState => ({
  ...restarted(state, 'nothing'),
  hash: program.hash,
  trace: [],
})

export const traced = (state: RunState, line: TraceLine): RunState => ({ ...state, trace: [...state.trace, line].slice(-traceLimit) })

/** The run with the time that was spent for it up to now. To be stored, or told, once in a request. */
export const accounted = (state: RunState): RunState => ({ ...state, spent: addSpent({ ...state.spent }, spentNow()) })

/** What a run knows of a fact now. */
export const factOf = (state: RunState, name: string): Json | undefined =>
  state.facts.findLast((fact) => fact.name === name)?.value ?? undefined
