import type { Done, Grant, Json } from 'sluice/plugin'
import { acrOf, amrOf } from './authentication.ts'
import type { OidcProvider, Uses } from './types.ts'

/** What the tokens of a grant say about the sign-in. Fixed with the grant, so that refreshed ID tokens repeat it (OIDC Core §12.2). */
type SignIn = {
  readonly sub: string
  /** Seconds since the epoch. */
  readonly authTime: number
  readonly amr: readonly string[]
  readonly acr: string
}

export const signInOf = (grant: Grant): SignIn => grant.data as SignIn

/** Is the grant this client's, for the application that it stands for now? A provider may be given to another application: the grant is not. */
export const isGrantOf = (grant: Grant, { slug, application }: OidcProvider): boolean =>
  grant.provider === slug && grant.application === application.slug

type Basis = {
  readonly provider: OidcProvider
  readonly origin: string
  readonly session: Done<any, any, any>['session']
  /** Levels of authentication that were asked for. */
  readonly levels?: readonly string[] | undefined
  readonly scopes: readonly string[]
  readonly sub: string
}

/**
 * A grant, not recorded yet. An offline one lives as long as its refresh tokens; any other until the last access token that its code can
 * be redeemed for has expired.
 */
export const newGrant = ({ provider, origin, session, levels, scopes, sub }: Basis, { grants, clock }: Uses): Grant => {
  const { settings, slug, application } = provider
  const offline = scopes.includes('offline_access')
  const lifetime = offline ? settings.refreshTokenLifetime : settings.codeLifetime + settings.accessTokenLifetime
  const createdAt = clock.now()
  const authTime = Math.floor(session.at.getTime() / 1000)
  const signIn: SignIn = { sub, authTime, amr: amrOf(session), acr: acrOf(session.levels, levels) }
  return {
    id: grants.newId(),
    userId: session.userId,
    application: application.slug,
    provider: slug,
    sessionId: session.id,
    origin,
    scopes,
    offline,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + lifetime * 1000),
    data: signIn,
  }
}

/** For the store, which holds JSON. */
export const toJson = (grant: Grant) => ({
  ...grant,
  createdAt: grant.createdAt.toISOString(),
  expiresAt: grant.expiresAt.toISOString(),
})
export type StoredGrant = ReturnType<typeof toJson> & { readonly [key: string]: Json }

export const fromJson = (stored: StoredGrant): Grant => ({
  ...stored,
  createdAt: new Date(stored.createdAt),
  expiresAt: new Date(stored.expiresAt),
})
