import { facts as known } from '../api/index.ts'
import type { Proof } from '../access/types.ts'
import type { Attempt } from './limits.ts'
import type { Asker } from './parts.ts'
import { factOf, type RunState } from './state.ts'

export type KnownUser = { readonly id: string; readonly username: string }
export const userOf = (state: RunState) => factOf(state, known.user.name) as KnownUser | undefined
export const typedBy = (state: RunState) => (factOf(state, known.login.name) as { readonly identifier: string } | undefined)?.identifier

/** What the session had proved that the run goes on from. It counts for its user alone. */
export const carriedOf = (state: RunState): readonly Proof[] =>
  state.carried && state.carried.user === userOf(state)?.id ? state.carried.proofs : []

/**
 * Whose attempt an answer is. `stage`: what the attempts are counted by. `knows`: does this user know the browser? As a rule where they have signed in there
 * since they were given their password: whoever had the one before has made as many known browsers as they like.
 */
export function attemptOf(
  state: RunState,
  stage: string,
  { request, browser }: Asker,
  knows = (userId: string): boolean => browser.familiar.includes(userId),
): Attempt {
  const user = userOf(state)
  const isProved = user !== undefined && (state.proofs.some((proof) => proof.user === user.id) || carriedOf(state).length > 0)
  return {
    stage,
    // As typed: counted by the user, a refusal under one name would tell that another name is the same account, and that there is one. Who has
    // proved something knows that there is.
    account: isProved ? user.id : (typedBy(state) ?? user?.id),
    address: request.ip,
    knownBrowser: user && knows(user.id) ? browser.id : undefined,
  }
}
