import { facts, type Json, type Session, type Wants } from '../api/index.ts'
import { ownFacts } from '../engine/own-flow.ts'
import type { Program } from '../engine/program.ts'
import { type Factors, freshFor, meetsLevels } from './factors.ts'
import type { Browser, Carried } from './types.ts'
import type { Visit } from './visit.ts'

/** Who is signed in, as what follows a sign-in has to know them. */
export type SignedIn = NonNullable<Browser['session']>

/** Does a session do for what is wanted? An application with a flow of its own wants that to have been gone through. */
export const isEnough = ({ factors, snapshot }: Visit, session: SignedIn, wants: Wants, { slug }: Program): boolean =>
  meetsLevels(factors, wants, session.methods) && (slug === snapshot.defaultFlows.authentication || session.flows.includes(slug))

/** Was it proved lately enough, and by whom it has to be? */
export const isFresh = (session: Session, { maxAge, subject }: Wants, now: Date): boolean =>
  (maxAge === undefined || now.getTime() - session.at.getTime() <= maxAge * 1000 - (maxAge === 0 ? 1 : 0)) &&
  (subject === undefined || subject === session.userId)

/** What a run begins with that adds to a session: only what is missing is asked for. */
export const goingOn = ({
  id,
  userId,
  username,
  proofs,
}: SignedIn): { readonly facts: Readonly<Record<string, Json>>; readonly carried: Carried } => ({
  facts: ownFacts({ id: userId, username }),
  carried: { session: id, user: userId, proofs },
})

/** Did the user say and prove who they are at once, as by a passkey? Whoever has no password can do it in no other way. */
const isIdentified = ({ authenticators }: Factors, { methods }: SignedIn): boolean =>
  [...authenticators.values()].some(
    ({ authenticator, settings }) =>
      authenticator.identify !== undefined && Object.keys(authenticator.proves(settings)).some((method) => methods.includes(method)),
  )

/**
 * What a run begins with in which whoever is signed in only proves anew who they are: nothing of what was proved before counts. The page on which people
 * say who they are is left out unless they may prove it there.
 */
export const confirming = (
  factors: Factors,
  session: SignedIn,
): { readonly wants: Wants; readonly facts: Readonly<Record<string, Json>>; readonly carried: Carried } => {
  const { id, userId, username } = session
  const all = ownFacts({ id: userId, username })
  const { [facts.login.name]: _, ...withoutLogin } = all
  return {
    wants: { maxAge: 0, subject: userId, hint: username },
    facts: isIdentified(factors, session) ? withoutLogin : all,
    carried: { session: id, user: userId, proofs: [] },
  }
}

/** Where whoever is signed in proves anew who they are. `?next=/if/…` leads back from there. */
export const confirmAddress = ({ defaultFlows }: Pick<Visit['snapshot'], 'defaultFlows'>): string =>
  `/if/flow/${defaultFlows.authentication}/?confirm=1`

/** Seconds that it may take to set an authenticator up: the proof has to count still when that is done. */
const timeToEnrol = 5 * 60

/** Is its proof so old that one has to be made anew before anything is set up? */
export const isStale = ({ at }: SignedIn, now: Date): boolean => now.getTime() - at.getTime() > (freshFor - timeToEnrol) * 1000
