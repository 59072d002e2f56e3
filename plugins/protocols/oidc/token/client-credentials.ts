import { issuerOf } from '../addresses.ts'
import { userClaims } from '../claims.ts'
import { OAuthError } from '../errors.ts'
import { words } from '../parameters.ts'
import { accessToken } from './access-token.ts'
import { clientSubject, nobody } from './client-subject.ts'
import { seenFrom, type GrantType, type TokenRequest } from './grant-type.ts'

/** RFC 6749 §3.3: all that the client has for itself, or what it asks for of that. */
const scopesOf = ({ parameters, provider }: TokenRequest): readonly string[] => {
  const { clientScopes } = provider.settings
  const asked = words(parameters['scope'])
  const wider = asked.filter((scope) => !clientScopes.includes(scope))
  if (wider.length > 0)
    throw new OAuthError('invalid_scope', `This client has not for itself: ${wider.join(' ')}. Leave it out, or add it to clientScopes.`)
  return asked.length > 0 ? asked : clientScopes
}

/**
 * A token for the client itself (RFC 6749 §4.4): one signature, no refresh token (§4.4.3), no ID token, since nobody signed in. Nothing is
 * written for a signed one.
 */
export const clientCredentials: GrantType = async (asked) => {
  const { ctx, request, provider, origin } = asked
  const scopes = scopesOf(asked)
  const subject = await clientSubject(ctx, request, provider)
  if (!subject)
    throw new OAuthError(
      'unauthorized_client',
      'This client may not act for itself now: its service account is missing or disabled, or the access rules of the application refuse it.',
    )
  const { sub, user } = subject
  const grant = { userId: user?.id ?? nobody, sessionId: nobody, origin }
  const more = user ? await userClaims({ user, provider, grant, scopes, where: 'token', request: seenFrom(request) }, ctx.use) : {}
  return {
    access_token: await accessToken(
      { provider, issuer: issuerOf(origin, provider), sub, scopes, more: { ...more, provider_id: provider.id } },
      ctx.use,
    ),
    token_type: 'Bearer',
    expires_in: provider.settings.accessTokenLifetime,
    scope: scopes.join(' '),
  }
}
