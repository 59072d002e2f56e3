import { OAuthError } from '../errors.ts'
import { userIdOf } from '../subject.ts'
import { hintedIdToken } from '../token/id-token.ts'
import type { Check } from './check.ts'

/** OIDC Core §3.1.2.1: the user of an earlier ID token of this client must come out of the sign-in. It may have expired since. */
export const idTokenHint: Check = async ({ parameters: { id_token_hint }, provider, issuer, use }) => {
  if (id_token_hint === undefined) return undefined
  const claims = await hintedIdToken(id_token_hint, { provider, issuer, keys: use.keys })
  if (!claims)
    throw new OAuthError(
      'invalid_request',
      'id_token_hint is not an ID token that this issuer gave to this client. Send one, or leave it out.',
    )
  const subject = await userIdOf(claims.sub, provider.settings.subject, use.users)
  if (subject === undefined) throw new OAuthError('login_required', 'The user of id_token_hint is not known any more.')
  return { want: { subject } }
}
