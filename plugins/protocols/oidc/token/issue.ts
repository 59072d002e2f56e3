import type { Grant, User } from 'sluice/plugin'
import { issuerOf } from '../addresses.ts'
import { signInOf } from '../grant.ts'
import type { OidcProvider, Uses } from '../types.ts'
import { accessToken, signInClaims } from './access-token.ts'
import type { Seen, TokenResponse } from './grant-type.ts'
import { idToken } from './id-token.ts'

type Issue = {
  readonly provider: OidcProvider
  readonly grant: Grant
  readonly scopes: readonly string[]
  readonly user: User
  readonly nonce?: string | undefined
  readonly refreshToken: string | undefined
  readonly request: Seen
}

/** Signs what these scopes of a grant give: two signatures with `openid`, one without. */
export const issueTokens = async (
  { provider, grant, scopes, user, nonce, refreshToken, request }: Issue,
  use: Uses,
): Promise<TokenResponse> => {
  const issuer = issuerOf(grant.origin, provider)
  const access = await accessToken({ provider, issuer, sub: signInOf(grant).sub, scopes, more: signInClaims(grant) }, use)
  const id = scopes.includes('openid')
    ? await idToken({ provider, issuer, grant, scopes, user, accessToken: access, nonce, request }, use)
    : undefined
  return {
    access_token: access,
    token_type: 'Bearer',
    expires_in: provider.settings.accessTokenLifetime,
    scope: scopes.join(' '),
    ...(id === undefined ? {} : { id_token: id }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  }
}
