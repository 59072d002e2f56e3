import type { FastifyReply, FastifyRequest } from 'fastify'
import { allowClientOrigin } from '../cors.ts'
import { OAuthError } from '../errors.ts'
import { queryOf, readParameters, type Parameters } from '../parameters.ts'
import { sendError, uncached } from '../responses/json.ts'
import type { Context } from '../types.ts'
import { redeemCode } from './authorization-code.ts'
import { authenticateClient } from './client-authentication.ts'
import { credentialsOf } from './credentials.ts'
import type { GrantType, TokenResponse } from './grant-type.ts'
import { refresh } from './refresh-token.ts'

const grantTypes: ReadonlyMap<string, GrantType> = new Map([
  ['authorization_code', redeemCode],
  ['refresh_token', refresh],
])

/** RFC 6749 §3.2: a form in the body, each parameter once. A query would leave secrets in logs. */
const formOf = (request: FastifyRequest): Parameters => {
  if (queryOf(request) !== '')
    throw new OAuthError('invalid_request', 'The address has a query. Send all parameters in the body of the request.')
  if (typeof request.body !== 'string')
    throw new OAuthError('invalid_request', 'The body is no form. Send it with Content-Type: application/x-www-form-urlencoded.')
  const { parameters, repeated } = readParameters(request.body)
  if (repeated !== undefined) throw new OAuthError('invalid_request', `${repeated} was sent more than once. Send each parameter once.`)
  return parameters
}

const respond = async (ctx: Context, request: FastifyRequest, reply: FastifyReply): Promise<TokenResponse> => {
  const parameters = formOf(request)
  const provider = authenticateClient(ctx.providers(request), credentialsOf(request, parameters))
  allowClientOrigin(request, reply, provider)
  const { grant_type } = parameters
  if (grant_type === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.')
  const grantType = grantTypes.get(grant_type)
  if (!grantType)
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type '${grant_type}' is not supported. Use one of: ${[...grantTypes.keys()].join(', ')}.`,
    )
  return grantType({ ctx, request, parameters, provider, origin: ctx.origin(request) })
}

/** What the server needs does not answer: nothing was redeemed, as far as can be told. RFC 6749 has no code for it at this endpoint; clients know this one. */
const outage = (reply: FastifyReply, error: unknown): OAuthError | undefined => {
  if (!(error instanceof Error) || error.name !== 'Unavailable') return undefined
  reply.header('retry-after', 2)
  return new OAuthError('temporarily_unavailable', 'Something that this server needs does not answer. Try again in a few seconds.', 503)
}

/** The token endpoint (RFC 6749 §3.2). */
export const token = (ctx: Context) => async (request: FastifyRequest, reply: FastifyReply) => {
  uncached(reply)
  try {
    return await reply.send(await respond(ctx, request, reply))
  } catch (error) {
    if (error instanceof OAuthError && error.error === 'invalid_client') {
      ctx.use.log.info({ ip: request.ip, reason: error.message }, 'client authentication failed')
      // RFC 6749 §5.2: only where the header was used; elsewhere it would make browsers ask for a password.
      if (request.headers.authorization !== undefined) reply.header('www-authenticate', 'Basic realm="token endpoint", charset="UTF-8"')
    }
    return sendError(reply, outage(reply, error) ?? error)
  }
}
