import { facts, type Message, type Screen, type Signal } from '../api/index.ts'
import { isOwnFlow } from './own-flow.ts'
import type { Asker } from './parts.ts'
import type { Step } from './program.ts'
import { refill } from './refill.ts'
import { bySupply, type Position, type RunState } from './state.ts'
import { carriedOf, typedBy, userOf } from './subject.ts'
import type { View } from './view.ts'

export type Given = Readonly<Record<string, unknown>>
type Errors = Readonly<Record<string, Message>>
/** Why a step is shown again. `retryAfter` in seconds. */
export type Trouble = {
  readonly errors: Errors
  readonly signals?: readonly Signal[] | undefined
  readonly status: 422 | 429 | 503
  readonly retryAfter?: number
  readonly typed: Given
}

/** In a run that goes on from a session: is what this step would prove, or find out, there already? */
export const isDone = (state: RunState, { stage, gives }: Step): boolean => {
  if (!state.carried) return false
  const proved = carriedOf(state)
  if (stage.proves?.some((method) => proved.some((proof) => proof.method === method))) return true
  return gives.length > 0 && gives.every(({ name }) => state.facts.some((fact) => fact.name === name && fact.step === bySupply))
}

/** Ended; or it is about whoever is signed in, and somebody else is at the browser now. */
export const isOver = ({ state, program }: Position, { browser }: Asker): boolean =>
  state.ended !== null ||
  // What a run goes on from is over with the session that had proved it.
  (state.carried !== undefined && state.carried.session !== browser.session?.id) ||
  ((program.designation === 'authorization' || isOwnFlow(program)) && userOf(state)?.id !== browser.session?.userId)
const withSignals = (screen: Screen, items: readonly Signal[] = []): Screen =>
  items.length === 0 ? screen : { ...screen, nodes: [...screen.nodes, { node: 'signals', items }] }

/** The page of a step. */
export function asking(state: RunState, step: Step, screen: Screen, challenge: string, trouble?: Trouble): View {
  return {
    is: 'asking',
    runId: state.id,
    flow: state.flow,
    step: step.id,
    challenge,
    screen: trouble ? withSignals(refill(screen, trouble.typed), trouble.signals) : screen,
    errors: trouble?.errors ?? {},
    notice: state.notice ?? undefined,
    application: state.application ?? undefined,
    user: seenAs(state),
    status: trouble?.status ?? 200,
    retryAfter: trouble?.retryAfter,
  }
}

export const over = (state: RunState): View => ({
  is: 'over',
  runId: state.id,
  flow: state.flow,
  purpose: state.purpose,
  how: state.ended ?? 'closed',
})
const seenAs = (state: RunState): (View & { is: 'asking' })['user'] => {
  const said = typedBy(state)
  const username = said ?? userOf(state)?.username
  const typed = said !== undefined && state.facts.findLast(({ name }) => name === facts.login.name)?.step !== bySupply
  return username === undefined ? undefined : { username, typed }
}
