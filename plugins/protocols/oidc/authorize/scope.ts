import { OAuthError } from '../errors.ts'
import { words } from '../parameters.ts'
import { userScopes } from '../settings.ts'
import type { Check } from './check.ts'

/** RFC 6749 §3.3: what the client is allowed of what it asks for; the rest is left out, and the token response says what is granted. */
export const scope: Check = ({ parameters, provider }) => {
  const asked = parameters['scope'] ?? ''
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(asked))
    throw new OAuthError('invalid_scope', 'scope has characters that no scope has. Send scope names separated by spaces.')
  const allowed = userScopes(provider.settings)
  return { park: { scopes: words(asked).filter((name) => allowed.includes(name)) } }
}
