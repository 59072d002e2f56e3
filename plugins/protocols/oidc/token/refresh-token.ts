import type { Grant, GrantOfToken } from 'sluice/plugin'
import { OAuthError } from '../errors.ts'
import { isGrantOf } from '../grant.ts'
import { words } from '../parameters.ts'
import { userScopes } from '../settings.ts'
import { seenFrom, type GrantType, type TokenRequest } from './grant-type.ts'
import { issueTokens } from './issue.ts'

const refuse = (description: string) => new OAuthError('invalid_grant', description)
const again = 'Send the user here again.'

/** RFC 6749 §6: all of the grant's scopes, or the fewer that are asked for. What the provider stopped allowing is left out. */
const narrowed = ({ parameters, provider }: TokenRequest, grant: Grant): readonly string[] => {
  const asked = words(parameters['scope'])
  const wider = asked.filter((scope) => !grant.scopes.includes(scope))
  if (wider.length > 0)
    throw new OAuthError(
      'invalid_scope',
      `The refresh token does not cover: ${wider.join(' ')}. Ask for fewer scopes, or send the user here again.`,
    )
  const allowed = userScopes(provider.settings)
  return (asked.length > 0 ? asked : grant.scopes).filter((scope) => allowed.includes(scope))
}

const owned = async ({ ctx, provider, origin }: TokenRequest, token: string): Promise<GrantOfToken> => {
  const found = await ctx.use.grants.ofRefreshToken(token)
  if (!found || !isGrantOf(found.grant, provider)) throw refuse('The refresh token is unknown, or was given to another client.')
  const { origin: givenUnder } = found.grant
  if (givenUnder !== origin) throw refuse(`The refresh token was given under ${givenUnder}. Use it at the token endpoint there.`)
  return found
}

const rotated = async ({ ctx, request }: TokenRequest, grant: Grant, token: string): Promise<string> => {
  const outcome = await ctx.use.grants.rotate(token)
  if (outcome.ok) return outcome.token
  switch (outcome.why) {
    case 'raced':
      throw refuse('The refresh token was replaced a moment ago by another request. Use the newer one.')
    case 'reused':
      await ctx.use.events.record({
        action: 'oidc.refresh-token-reused',
        userId: grant.userId,
        application: grant.application,
        detail: { grant: grant.id },
        request: seenFrom(request),
      })
      throw refuse(`The refresh token was used before. All tokens of its family are revoked. ${again}`)
    case 'unknown':
    case 'expired':
      throw refuse(`The refresh token is not valid any more. ${again}`)
  }
}

/**
 * Refreshes (RFC 6749 §6, OIDC Core §12). Whose token it is, and whether the user still may, is asked before the token is replaced: a
 * request that is refused for either spends nothing.
 */
export const refresh: GrantType = async (asked) => {
  const { ctx, request, parameters, provider } = asked
  const token = parameters['refresh_token']
  if (token === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing.')
  const { grant, user } = await owned(asked, token)
  const scopes = narrowed(asked, grant)
  if (!userScopes(provider.settings).includes('offline_access')) throw refuse(`This client may not refresh any more. ${again}`)
  if (!user) throw refuse(`The refresh token is not valid any more: it expired, was revoked, or the user may not sign in. ${again}`)
  const { allowed } = await ctx.authorize(grant, provider.application, request)
  if (!allowed) throw refuse('The user may not use this application any more.')
  const refreshToken = await rotated(asked, grant, token)
  return issueTokens({ provider, grant, scopes, user, refreshToken, request: seenFrom(request) }, ctx.use)
}
