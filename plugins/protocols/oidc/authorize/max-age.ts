import { OAuthError } from '../errors.ts'
import type { Check } from './check.ts'

/** OIDC Core §3.1.2.1: how many seconds ago the user may have proved who they are. */
export const maxAge: Check = ({ parameters: { max_age } }) => {
  if (max_age === undefined) return undefined
  if (!/^\d{1,10}$/.test(max_age)) throw new OAuthError('invalid_request', `max_age '${max_age}' is not a whole number of seconds.`)
  return { want: { maxAge: Number(max_age) } }
}
