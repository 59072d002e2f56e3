import type { Answer, Done } from 'sluice/plugin'
import { issuerOf } from '../addresses.ts'
import { issueCode } from '../code.ts'
import { OAuthError } from '../errors.ts'
import { newGrant } from '../grant.ts'
import { authorizationError, authorizationResponse } from '../responses/authorization.ts'
import { userScopes } from '../settings.ts'
import { subjectOf } from '../subject.ts'
import type { Parked, Settings, use } from '../types.ts'
import { unregistered } from './redirect-uri.ts'

/**
 * The user is signed in and has allowed it: the answer is a code (RFC 6749 §4.1.2). The grant is recorded when the code is redeemed. What the
 * provider stopped allowing while the user signed in is not given.
 */
export const finish = async (done: Done<Settings, Parked, typeof use>): Promise<Answer> => {
  const { provider, request, subject, session, origin, use } = done
  const { settings } = provider
  const gone = unregistered(provider, request)
  if (gone) return gone
  const issuer = issuerOf(origin, provider)
  const sub = await subjectOf(subject, settings.subject, use.users)
  if (sub === undefined)
    return authorizationError(
      issuer,
      request,
      new OAuthError('access_denied', 'This application knows users by e-mail address, and this user has none.'),
    )
  const allowed = userScopes(settings)
  const scopes = request.scopes.filter((name) => allowed.includes(name))
  const grant = newGrant({ provider, origin, session, levels: request.levels, scopes, sub }, use)
  const consented = await use.consents.covers(subject.id, provider.application.slug, scopes)
  const { redirectUri, challenge, nonce } = request
  const code = await issueCode({ grant, client: provider.id, consented, redirectUri, challenge, nonce }, settings.codeLifetime, use)
  return authorizationResponse(issuer, request, { code })
}
