import { issuerOf } from '../addresses.ts'
import { OAuthError } from '../errors.ts'
import { isGrantOf, signInOf } from '../grant.ts'
import { userScopes } from '../settings.ts'
import type { OidcProvider } from '../types.ts'
import { findAccessToken } from './access-token.ts'
import { clientEndpoint } from './client-request.ts'
import type { TokenRequest } from './grant-type.ts'
import { standingOf, mayStill } from './live.ts'

/** RFC 7662 §2.2: nothing more is told of a token that is dead, unknown, or not for whoever asks. */
const inactive = { active: false }

/** A client may look into its own tokens, and those of the applications that its setting `introspects` names. */
const mayLook = ({ slug, settings }: OidcProvider, of: OidcProvider): boolean =>
  slug === of.slug || settings.introspects.includes(of.application.slug)

const ofRefreshToken = async ({ ctx, request, provider, origin }: TokenRequest, token: string) => {
  const found = await ctx.use.grants.ofRefreshToken(token)
  if (!found) return undefined
  const { grant, user, isCurrent } = found
  if (!isCurrent || !user) return inactive
  // Nobody but its own client has any business with a refresh token.
  if (!isGrantOf(grant, provider) || grant.origin !== origin) return inactive
  const { settings } = provider
  if (!userScopes(settings).includes('offline_access')) return inactive
  if (!(await mayStill(ctx, request, provider, grant))) return inactive
  return {
    active: true,
    scope: grant.scopes.join(' '),
    client_id: settings.clientId,
    username: user.username,
    iss: issuerOf(origin, provider),
    sub: signInOf(grant).sub,
    iat: Math.floor(grant.createdAt.getTime() / 1000),
    exp: Math.floor(grant.expiresAt.getTime() / 1000),
  }
}

const ofAccessToken = async ({ ctx, request, provider, origin }: TokenRequest, token: string) => {
  const found = await findAccessToken(token, { providers: ctx.providers(request), origin, use: ctx.use })
  if (!found?.claims || !mayLook(provider, found.provider)) return inactive
  const standing = await standingOf(ctx, request, found)
  if (!standing) return inactive
  const { grant_id: _, provider_id: __, ...claims } = found.claims
  return { active: true, token_type: 'Bearer', ...(standing.user && { username: standing.user.username }), ...claims }
}

/**
 * The introspection endpoint (RFC 7662), for clients with a secret. A hint is not needed: a refresh token shows by its form that it is one.
 * The answer is what userinfo would go by: a token ends here with its grant, session, user and the user's access to the application.
 */
export const introspect = clientEndpoint('introspection endpoint', async (asked) => {
  if (asked.provider.settings.clientType === 'public')
    throw new OAuthError('invalid_client', 'A public client proves nothing, so it may not introspect. Ask as a confidential client.', 401)
  const { token } = asked.parameters
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing.')
  return (await ofRefreshToken(asked, token)) ?? ofAccessToken(asked, token)
})
