import { freshFor } from '../../access/factors.ts'
import { confirmAddress } from '../../access/proving.ts'
import { ApiProblem } from './problem.ts'
import type { Call } from './route.ts'

type Asked = Pick<Call, 'caller' | 'asking' | 'snapshot'>

/**
 * Whoever has only taken over a session must not lock its owner out: the password of oneself is changed by a flow, which asks for the one there
 * is. Nor by a token, which they could make. Throws `ApiProblem` (403).
 */
export const mustNotSetOwnPassword = (call: Pick<Call, 'caller' | 'snapshot'>, id: string): void => {
  if (call.caller.userId === id)
    throw new ApiProblem(
      403,
      'proof-needed',
      `Your own password is changed where the one you have is asked for: /if/flow/${call.snapshot.defaultFlows.passwordChange}/`,
    )
}

const proofNeeded = ({ snapshot }: Asked): ApiProblem =>
  new ApiProblem(
    403,
    'proof-needed',
    `This is done within ${freshFor / 60} minutes of proving who you are. Confirm that it is you: ${confirmAddress(snapshot)}`,
  )

const hasProvedLately = async ({ asking }: Asked, now: number): Promise<boolean> =>
  (await asking()).proofs.some(({ at }) => now - at <= freshFor * 1000)

/**
 * For what is the caller's own: throws `ApiProblem` (403) where the last proof is too long ago, and for tokens, which prove nothing: whoever has taken over a
 * session can make one. `now` in epoch ms.
 */
export const mustProveOneself = async (call: Asked, now: number): Promise<void> => {
  if (!(await hasProvedLately(call, now))) throw proofNeeded(call)
}

/**
 * Whoever has a second factor has shown one before anything of it is removed: that somebody knows the password is not enough for that, whichever flow let
 * them in by it. Not at a browser that they trust, and not what was set up since they last proved anything. What is out of use counts as there. Throws
 * `ApiProblem` (403).
 */
export const mustHaveShown = async (
  call: Asked,
  devices: readonly { readonly kind: string; readonly createdAt: Date }[],
): Promise<void> => {
  const { proofs, trustedBrowser } = await call.asking()
  const since = proofs.length > 0 ? Math.max(...proofs.map(({ at }) => at)) : Infinity
  const { authenticators, outOfUse } = call.snapshot.factors
  const before = devices.filter(({ createdAt }) => createdAt.getTime() < since)
  const having = before.flatMap(({ kind }) => authenticators.get(kind) ?? [])
  const isShown = having.some(({ authenticator, settings }) =>
    proofs.some(({ method }) => Object.hasOwn(authenticator.proves(settings), method)),
  )
  const isWanted = having.some(({ authenticator }) => !authenticator.backup) || before.some(({ kind }) => outOfUse?.has(kind))
  if (isWanted && !isShown && !trustedBrowser) throw proofNeeded(call)
}
