import { facts, type Json } from '../api/index.ts'
import type { KnownUser } from './subject.ts'
import type { Program } from './program.ts'

/** Does somebody who is signed in go through it for themselves, e.g. to change their password? It begins with knowing who they are, which proves nothing. */
export const isOwnFlow = ({ designation, byLink, byCall }: Pick<Program, 'designation' | 'byLink' | 'byCall'>): boolean =>
  designation === 'stage-configuration' && !byLink && !byCall

/** May it enrol an authenticator before anything in it proves who is there? Then the session has to prove it, and only a young one does. */
export const enrols = ({ instructions }: Pick<Program, 'instructions'>): boolean => {
  const first = instructions.find((one) => one.is === 'stage' && (one.stage.authenticators || (one.stage.proves ?? []).length > 0))
  return first?.is === 'stage' && first.stage.authenticators === true
}

/** What such a run begins with, as if the user had said who it is: guesses at their password count where guesses at signing in do. */
export const ownFacts = ({ id, username }: KnownUser): Readonly<Record<string, Json>> => ({
  [facts.login.name]: { identifier: username },
  [facts.user.name]: { id, username },
})
