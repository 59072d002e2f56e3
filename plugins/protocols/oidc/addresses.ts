import type { Providers } from 'sluice/plugin'
import type { OidcProvider, Settings } from './types.ts'

export const mount = '/application/o'
/** RFC 8414 §3.1: the well-known part goes between the host and the issuer's path. */
export const metadataMount = `/.well-known/oauth-authorization-server${mount}`

/** Endpoints that all applications share. An application of such a slug has no issuer. */
const endpoints = ['authorize', 'token', 'userinfo', 'introspect', 'revoke'] as const
/** Addresses kept for endpoints to come. */
export const reserved = ['device', 'par', 'register'] as const

const taken: ReadonlySet<string> = new Set([...endpoints, ...reserved])
export const canBeIssuer = (slug: string): boolean => !taken.has(slug)

/** The issuer identifier (OIDC Core §2): one for each application and origin, with a trailing slash. */
export const issuerOf = (origin: string, provider: OidcProvider): string => `${origin}${mount}/${provider.application.slug}/`

/** The provider behind an issuer's path. */
export const issuingProvider = (providers: Providers<Settings>, slug: string): OidcProvider | undefined =>
  canBeIssuer(slug) ? providers.byApplication(slug) : undefined
