import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Claims, Grant, Json, Providers } from 'sluice/plugin'
import { issuerOf } from '../addresses.ts'
import { signInOf } from '../grant.ts'
import type { OidcProvider, Settings, Uses } from '../types.ts'

/** RFC 9068 §2.1. */
const typ = 'at+jwt'
/** Seconds that a mark of revocation outlives its token, for clocks of replicas that differ. */
const leeway = 60

/** What every access token says, whatever its form. */
export type AccessClaims = Claims & {
  readonly iss: string
  readonly sub: string
  readonly client_id: string
  readonly exp: number
  readonly jti: string
  readonly scope: string
  /** Of a token that follows from a sign-in: it dies with this grant. A client's own token has none. */
  readonly grant_id?: string
  /** Of a client's own token: it dies with this provider, whoever has its name later. */
  readonly provider_id?: string
}

type AccessToken = {
  readonly provider: OidcProvider
  readonly issuer: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly more: Claims
}

/** Neither the store's file nor its backup has a token that could be used. */
const keyOf = (token: string): string => `access:${createHash('sha256').update(token).digest('base64url')}`
const markOf = (jti: string): string => `revoked:${jti}`

/** RFC 9068 §2.2, §2.2.1: what an access token says of a sign-in, and `grant_id`, which names the grant that the token dies with. */
export const signInClaims = (grant: Grant): Claims => {
  const { authTime, acr, amr } = signInOf(grant)
  return { auth_time: authTime, acr, amr, sid: grant.sessionId, grant_id: grant.id }
}

/**
 * A signed token (RFC 9068 §2.2), which costs no write; or 32 random bytes in base64url, for which the store keeps the same claims until they
 * expire. The audience is the client and whom it shows the token to.
 */
export const accessToken = async ({ provider, issuer, sub, scopes, more }: AccessToken, { keys, clock, store }: Uses): Promise<string> => {
  const { clientId, accessTokenAlg: alg, accessTokenLifetime, accessTokenFormat } = provider.settings
  const iat = Math.floor(clock.now().getTime() / 1000)
  const claims = {
    ...more,
    iss: issuer,
    sub,
    aud: clientId,
    client_id: clientId,
    iat,
    exp: iat + accessTokenLifetime,
    jti: randomUUID(),
    scope: scopes.join(' '),
  }
  if (accessTokenFormat === 'jwt') return keys.sign(claims, { alg, typ })
  const token = randomBytes(32).toString('base64url')
  await store.put(keyOf(token), claims as Json, accessTokenLifetime)
  return token
}

/** The client that a token says it is for, unverified: it only picks the issuer that the token is then verified against. */
const claimedClient = (jws: string): string | undefined => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
    const client = (claims as { readonly client_id?: unknown } | null)?.client_id
    return typeof client === 'string' ? client : undefined
  } catch {
    return undefined
  }
}

type Where = { readonly providers: Providers<Settings>; readonly origin: string; readonly use: Pick<Uses, 'keys' | 'store' | 'grants'> }
/** `alive`: what the token follows from, of a token that names a grant, if that is alive. */
export type FoundToken = {
  readonly provider: OidcProvider
  readonly claims: AccessClaims | undefined
  readonly alive?: Awaited<ReturnType<Uses['grants']['alive']>>
}

const grantOfClaims = ({ grant_id: id }: AccessClaims, { grants }: Where['use']) => (id === undefined ? undefined : grants.alive(id))

const signed = async (jws: string, { providers, origin, use }: Where): Promise<FoundToken | undefined> => {
  const clientId = claimedClient(jws)
  const provider = clientId === undefined ? undefined : providers.find('clientId', clientId)
  if (!provider) return undefined
  const expected = { issuer: issuerOf(origin, provider), typ, audience: provider.settings.clientId }
  const claims = (await use.keys.verify(jws, expected)) as AccessClaims | undefined
  if (typeof claims?.scope !== 'string' || typeof claims.jti !== 'string') return { provider, claims: undefined }
  // Both at once: one round trip to a database.
  const [mark, alive] = await Promise.all([use.store.get(markOf(claims.jti)), grantOfClaims(claims, use)])
  return mark === undefined ? { provider, claims, alive } : { provider, claims: undefined }
}

const stored = async (token: string, { providers, origin, use }: Where): Promise<FoundToken | undefined> => {
  const claims = (await use.store.get(keyOf(token)))?.value as AccessClaims | undefined
  const provider = claims && providers.find('clientId', claims.client_id)
  if (!provider) return undefined
  if (claims.iss !== issuerOf(origin, provider)) return { provider, claims: undefined }
  return { provider, claims, alive: await grantOfClaims(claims, use) }
}

/**
 * The client that an access token is of; and what it says if we gave it at this origin, it has not expired and is not revoked. Whether what it
 * follows from still holds is `standingOf`'s to say.
 */
export const findAccessToken = (token: string, where: Where): Promise<FoundToken | undefined> =>
  token.includes('.') ? signed(token, where) : stored(token, where)

/** Ends this token, and no other of its grant. */
export const revokeAccessToken = async (token: string, { jti, exp }: AccessClaims, { store, clock }: Uses): Promise<void> => {
  if (!token.includes('.')) return void (await store.take(keyOf(token)))
  await store.put(markOf(jti), true, Math.max(1, exp - Math.floor(clock.now().getTime() / 1000)) + leeway)
}
