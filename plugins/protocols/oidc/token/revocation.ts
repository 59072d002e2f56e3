import { OAuthError } from '../errors.ts'
import { findAccessToken, revokeAccessToken } from './access-token.ts'
import { clientEndpoint } from './client-request.ts'
import { seenFrom, type TokenRequest } from './grant-type.ts'

const record = ({ ctx, request, provider }: TokenRequest, kind: string, userId?: string) =>
  ctx.use.events.record({
    action: 'oidc.token-revoked',
    userId,
    application: provider.application.slug,
    detail: { kind },
    request: seenFrom(request),
  })

/**
 * The revocation endpoint (RFC 7009). A refresh token, also one that was replaced, ends its grant with all tokens of it; an access token ends
 * alone (§2.1), so that a client may put one away and go on. Whatever else is sent, another client's token, too, gets the same answer and
 * changes nothing (§2.2).
 */
export const revoke = clientEndpoint('revocation endpoint', async (asked) => {
  const { ctx, request, parameters, provider, origin } = asked
  const { token } = parameters
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing.')
  const ofRefreshToken = await ctx.use.grants.ofRefreshToken(token)
  if (ofRefreshToken) {
    const { grant } = ofRefreshToken
    // Compares the client (RFC 7009 §2.1): a client ID occurs in one provider only, and a slug belongs to one. Whose application it was given for does not
    // matter here: whoever was given a token may end it.
    if (grant.provider !== provider.slug || grant.origin !== origin) return undefined
    await ctx.use.grants.revoke(grant)
    await record(asked, 'refresh_token', grant.userId)
    return undefined
  }
  const found = await findAccessToken(token, { providers: ctx.providers(request), origin, use: ctx.use })
  if (!found?.claims || found.provider.slug !== provider.slug) return undefined
  await revokeAccessToken(token, found.claims, ctx.use)
  await record(asked, 'access_token')
  return undefined
})
