import type { FastifyReply, FastifyRequest } from 'fastify'
import { issuerOf, issuingProvider, mount } from './addresses.ts'
import { prompts } from './authorize/prompt.ts'
import { responseModes } from './authorize/response-mode.ts'
import { claimNames, mappedNames } from './claims.ts'
import { allowAnyOrigin } from './cors.ts'
import { keptByOrigin } from './kept-by-origin.ts'
import { noSuchApplication } from './responses/json.ts'
import { signsAssertions, userScopes } from './settings.ts'
import { assertionAlgorithms } from './token/assertion/client-key.ts'
import type { Context, OidcProvider, Settings } from './types.ts'

/** What an endpoint that clients ask themselves says of how they authenticate (RFC 8414 §2). */
const authentication = (endpoint: 'token' | 'introspection' | 'revocation', settings: Settings) => {
  const methods = (names: readonly string[]) => ({ [`${endpoint}_endpoint_auth_methods_supported`]: names })
  // Who introspects is confidential, and another client than this one.
  if (settings.clientType === 'public')
    return methods(endpoint === 'introspection' ? ['client_secret_basic', 'client_secret_post'] : ['none'])
  if (!signsAssertions(settings)) return methods(['client_secret_basic', 'client_secret_post'])
  return { ...methods(['private_key_jwt']), [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: assertionAlgorithms }
}

/**
 * OpenID Connect Discovery §3, RFC 8414 §2, RP-Initiated Logout §2.1, RFC 9207 §3. Says what this application may use, not all that we
 * can do.
 */
const metadata = (origin: string, provider: OidcProvider, levels: readonly string[]) => {
  const { settings } = provider
  const issuer = issuerOf(origin, provider)
  return {
    issuer,
    authorization_endpoint: `${origin}${mount}/authorize/`,
    token_endpoint: `${origin}${mount}/token/`,
    userinfo_endpoint: `${origin}${mount}/userinfo/`,
    introspection_endpoint: `${origin}${mount}/introspect/`,
    revocation_endpoint: `${origin}${mount}/revoke/`,
    jwks_uri: `${issuer}jwks/`,
    end_session_endpoint: `${issuer}end-session/`,
    scopes_supported: userScopes(settings),
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    grant_types_supported: settings.grantTypes.filter(
      (name) => name !== 'refresh_token' || userScopes(settings).includes('offline_access'),
    ),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [settings.idTokenAlg],
    ...authentication('token', settings),
    ...authentication('introspection', settings),
    ...authentication('revocation', settings),
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: prompts,
    acr_values_supported: levels,
    claim_types_supported: ['normal'],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'at_hash',
      'acr',
      'amr',
      'azp',
      'sid',
      ...claimNames,
      ...mappedNames(provider),
    ],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  }
}

const bodyOf = keptByOrigin((origin, provider, levels: readonly string[]) => JSON.stringify(metadata(origin, provider, levels)))

type BySlug = FastifyRequest<{ Params: { slug: string } }>

/** The provider's metadata document. */
export const discovery = (ctx: Context) => async (request: BySlug, reply: FastifyReply) => {
  allowAnyOrigin(reply)
  const provider = issuingProvider(ctx.providers(request), request.params.slug)
  if (!provider) return noSuchApplication(reply, request.params.slug)
  return reply.type('application/json').send(bodyOf(ctx.origin(request), provider, ctx.levels(request)))
}

/** The issuer's own address leads to its metadata. */
export const issuer = (ctx: Context) => async (request: BySlug, reply: FastifyReply) => {
  const provider = issuingProvider(ctx.providers(request), request.params.slug)
  if (!provider) return noSuchApplication(reply, request.params.slug)
  return reply.redirect(`${issuerOf(ctx.origin(request), provider)}.well-known/openid-configuration`)
}
