import { words } from '../parameters.ts'
import type { Check } from './check.ts'

/** OIDC Core §3.1.2.1, RFC 9470 §4: levels of authentication, one of which is needed, the preferred first. Names that nobody knows ask for nothing. */
export const acrValues: Check = ({ parameters: { acr_values } }) => {
  const levels = words(acr_values)
  return levels.length === 0 ? undefined : { park: { levels: [...levels] }, want: { levels } }
}
