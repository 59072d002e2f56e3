import Type from 'typebox'
import { defineFact } from './base.ts'

/** What was typed to say who it is, or the user name of whoever is signed in and changes something of their own. Known whether or not there is such a user. */
export const login = defineFact('login', Type.Object({ identifier: Type.String() }))
/** Who it is: only if found. Being known is no proof. */
export const user = defineFact('user', Type.Object({ id: Type.String(), username: Type.String() }))
/** Answers of `prompt` steps, by field key. A password is not in it, see `newPassword`. */
export const data = defineFact('data', Type.Object({}, { additionalProperties: true }))
/** A new password's Argon2id hash, in PHC format: the plain text is never stored, not even in a run. */
export const newPassword = defineFact('newPassword', Type.Object({ hash: Type.String() }), { secret: true })
/** What is known when a run of designation `invalidation` starts. `confirmed`: the application proved whose session it is, so nobody is asked. */
export const signOut = defineFact('signOut', Type.Object({ confirmed: Type.Boolean() }))
/** The user wants this browser to be trusted, for so many seconds: kept only where the same run has proved two factors. */
export const trustBrowser = defineFact('trustBrowser', Type.Object({ seconds: Type.Number() }))
/** Kinds of the authenticators that the user has set up in this run. */
export const enrolled = defineFact('enrolled', Type.Object({ kinds: Type.Array(Type.String()) }))
