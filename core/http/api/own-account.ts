import { ApiProblem } from './problem.ts'
import type { Call } from './route.ts'

/** Seconds for which a proof lets people change what they sign in by. */
const proofLifetime = 15 * 60

const isOwnSession = ({ caller }: Pick<Call, 'caller'>, id: string): boolean => caller.userId === id && caller.sessionId !== undefined

/**
 * Whoever has only taken over a session must not lock its owner out: the password of oneself is changed by a flow, which asks for the one there
 * is. Throws `ApiProblem` (403).
 */
export const mustNotSetOwnPassword = (call: Pick<Call, 'caller' | 'snapshot'>, id: string): void => {
  if (isOwnSession(call, id))
    throw new ApiProblem(
      403,
      'proof-needed',
      `Your own password is changed where the one you have is asked for: /if/flow/${call.snapshot.defaultFlows.passwordChange}/`,
    )
}

/** Throws `ApiProblem` (403) for a change of one's own address in a session whose last proof is too long ago. `now` in epoch ms. */
export const mustHaveProvedLately = async (call: Pick<Call, 'caller' | 'asking'>, id: string, now: number): Promise<void> => {
  if (!isOwnSession(call, id)) return
  const { proofs } = await call.asking()
  if (proofs.some(({ at }) => now - at <= proofLifetime * 1000)) return
  throw new ApiProblem(
    403,
    'proof-needed',
    `Your own e-mail address is changed within ${proofLifetime / 60} minutes of signing in. Sign out, sign in again, and change it then.`,
  )
}
