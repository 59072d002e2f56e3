import { randomUUID } from 'node:crypto'
import type { Grant, Keys } from 'sluice/plugin'
import { signInOf } from '../grant.ts'
import { words } from '../parameters.ts'
import type { OidcProvider, Uses } from '../types.ts'

/** RFC 9068 §2.1. */
const typ = 'at+jwt'

type AccessToken = {
  readonly provider: OidcProvider
  readonly issuer: string
  readonly grant: Grant
  readonly scopes: readonly string[]
}

/** RFC 9068 §2.2. `grant_id` names the grant that the token dies with; the audience is the client and whom it shows the token to. */
export const accessToken = async ({ provider, issuer, grant, scopes }: AccessToken, { keys, clock }: Uses) => {
  const { clientId, accessTokenAlg: alg, accessTokenLifetime } = provider.settings
  const iat = Math.floor(clock.now().getTime() / 1000)
  const claims = {
    iss: issuer,
    sub: signInOf(grant).sub,
    aud: clientId,
    client_id: clientId,
    iat,
    exp: iat + accessTokenLifetime,
    jti: randomUUID(),
    scope: scopes.join(' '),
    sid: grant.sessionId,
    grant_id: grant.id,
  }
  return keys.sign(claims, { alg, typ })
}

/**
 * The client that a token says it is for, unverified: it only picks the issuer that the token is then verified against.
 */
export const claimedClient = (jws: string): string | undefined => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
    const client = (claims as { readonly client_id?: unknown } | null)?.client_id
    return typeof client === 'string' ? client : undefined
  } catch {
    return undefined
  }
}

/** What a current access token of this issuer stands for. Whether its grant is alive is the caller's to ask. */
export const verifyAccessToken = async (
  jws: string,
  { provider, issuer, keys }: { readonly provider: OidcProvider; readonly issuer: string; readonly keys: Keys },
): Promise<{ readonly grantId: string; readonly scopes: readonly string[] } | undefined> => {
  const { grant_id, scope } = (await keys.verify(jws, { issuer, typ, audience: provider.settings.clientId })) ?? {}
  return typeof grant_id === 'string' && typeof scope === 'string' ? { grantId: grant_id, scopes: words(scope) } : undefined
}
