import type { Application, RequestView } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import { levelsOf, methodsIn } from './factors.ts'
import type { Accesses } from './authorize.ts'
import type { Sessions } from './sessions.ts'

/** Access that is asked for where no browser is: when tokens are refreshed, or used. */
export type BackChannel = {
  authorize(
    snapshot: Snapshot,
    who: { readonly userId: string; readonly sessionId?: string },
    application: Application,
    request: RequestView,
  ): Promise<{ readonly allowed: boolean; readonly reason: string }>
}

/**
 * The request comes from the application's own server as a rule. So what counts is the sign-in that the tokens follow from: the address and the browser it was
 * made with, and what was proved.
 */
export const backChannel = (accesses: Accesses, sessions: Pick<Sessions, 'find'>): BackChannel => ({
  async authorize(snapshot, { userId, sessionId }, application, request) {
    const configured = snapshot.applications.get(application.slug)
    if (configured && !configured.access) return { allowed: true, reason: 'the application has no access rules' }
    const session = sessionId === undefined ? undefined : await sessions.find(sessionId)
    // Where nothing is known of the sign-in, nothing is said of it: the application's own address proves nothing of its user.
    const { ip = '', userAgent = '' } = session ?? {}
    const proofs = session?.proofs ?? []
    const access = await accesses.ask(
      snapshot,
      { application },
      {
        request: { ...request, ip, userAgent, device: session?.device },
        // The directory is asked for the name, where somebody looks at it.
        user: { id: userId, username: '' },
        session: session && { id: session.id, at: session.authenticatedAt },
        proofs,
        levels: levelsOf(snapshot.factors, methodsIn(proofs)),
        knownBrowser: session !== undefined,
        trustedBrowser: (session?.trustedUntil ?? 0) > request.at.getTime() && snapshot.factors.trust > 0,
      },
    )
    return access.allowed ? { allowed: true, reason: 'its access rules allow it' } : { allowed: false, reason: access.reason }
  },
})
