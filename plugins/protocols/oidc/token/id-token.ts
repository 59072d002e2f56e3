import { createHash } from 'node:crypto'
import type { Algorithm, Grant, Keys, User } from 'sluice/plugin'
import { userClaims } from '../claims.ts'
import { signInOf } from '../grant.ts'
import type { OidcProvider, Uses } from '../types.ts'
import type { Seen } from './grant-type.ts'

/** Told apart from access tokens by this header, so that neither passes for the other. */
const typ = 'JWT'

/** OIDC Core §3.1.3.6: the left half of the digest that belongs to the signature's algorithm; Ed25519's is SHA-512. */
const leftHalf = (text: string, alg: Algorithm): string => {
  const digest = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
    .update(text)
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

type IdToken = {
  readonly provider: OidcProvider
  readonly issuer: string
  readonly grant: Grant
  readonly scopes: readonly string[]
  readonly user: User
  readonly accessToken: string
  readonly request: Seen
  /** Only of the first ID token of a grant (OIDC Core §12.2). */
  readonly nonce: string | undefined
}

/** OIDC Core §2. */
export const idToken = async ({ provider, issuer, grant, scopes, user, accessToken, request, nonce }: IdToken, use: Uses) => {
  const { keys, clock } = use
  const { clientId, idTokenAlg: alg, idTokenLifetime } = provider.settings
  const { sub, authTime, amr, acr } = signInOf(grant)
  const iat = Math.floor(clock.now().getTime() / 1000)
  const claims = {
    ...(await userClaims({ user, provider, grant, scopes, where: 'token', request }, use)),
    iss: issuer,
    sub,
    aud: clientId,
    azp: clientId,
    iat,
    exp: iat + idTokenLifetime,
    auth_time: authTime,
    ...(nonce === undefined ? {} : { nonce }),
    at_hash: leftHalf(accessToken, alg),
    acr,
    amr,
    sid: grant.sessionId,
  }
  return keys.sign(claims, { alg, typ })
}

/** The claims of an ID token that this issuer once gave to this client. It may have expired since. */
export const hintedIdToken = async (
  jws: string,
  { provider, issuer, keys }: { readonly provider: OidcProvider; readonly issuer: string; readonly keys: Keys },
): Promise<{ readonly sub: string; readonly sid: unknown } | undefined> => {
  const claims = await keys.verify(jws, { issuer, typ, audience: provider.settings.clientId, ignoreExpiry: true })
  const { sub, sid } = claims ?? {}
  return typeof sub === 'string' ? { sub, sid } : undefined
}
