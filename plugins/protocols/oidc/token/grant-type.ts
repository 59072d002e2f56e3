import type { FastifyRequest } from 'fastify'
import type { Parameters } from '../parameters.ts'
import type { Context, OidcProvider } from '../types.ts'

/** A token request by a client that has authenticated. */
export type TokenRequest = {
  readonly ctx: Context
  readonly request: FastifyRequest
  readonly parameters: Parameters
  readonly provider: OidcProvider
  readonly origin: string
}

/** RFC 6749 §5.1, OIDC Core §3.1.3.3. */
export type TokenResponse = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly id_token?: string
  readonly refresh_token?: string
}

/** What a `grant_type` does. Throws an `OAuthError`, which is answered as JSON (RFC 6749 §5.2). */
export type GrantType = (asked: TokenRequest) => Promise<TokenResponse>

/** Where a request comes from. */
export type Seen = { readonly ip: string; readonly userAgent: string }

/** For audit events, and whoever else asks where a request came from. */
export const seenFrom = ({ ip, headers }: FastifyRequest): Seen => ({ ip, userAgent: headers['user-agent'] ?? '' })
