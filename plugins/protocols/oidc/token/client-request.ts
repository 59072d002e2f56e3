import type { FastifyReply, FastifyRequest } from 'fastify'
import { allowClientOrigin } from '../cors.ts'
import { OAuthError } from '../errors.ts'
import { queryOf, readParameters, type Parameters } from '../parameters.ts'
import { sendError, uncached } from '../responses/json.ts'
import type { Context } from '../types.ts'
import type { ClientKeySets } from './assertion/key-set.ts'
import { authenticateClient } from './client-authentication.ts'
import { credentialsOf } from './credentials.ts'
import type { TokenRequest } from './grant-type.ts'
import type { Guesses } from './guesses.ts'

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

/** What is remembered of clients between requests. */
export type KnownClients = { readonly keySets: ClientKeySets; readonly guesses: Guesses }

const asked = async (ctx: Context, clients: KnownClients, request: FastifyRequest, reply: FastifyReply): Promise<TokenRequest> => {
  const parameters = formOf(request)
  const origin = ctx.origin(request)
  const provider = await authenticateClient(credentialsOf(request, parameters), {
    providers: ctx.providers(request),
    address: request.ip,
    origin,
    ...clients,
    use: ctx.use,
  })
  allowClientOrigin(request, reply, provider)
  return { ctx, request, parameters, provider, origin }
}

/** An endpoint that a client asks itself, by a form and its credentials (RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1). */
export const clientEndpoint =
  (realm: string, respond: (asked: TokenRequest) => Promise<object | undefined>) =>
  (ctx: Context, clients: KnownClients) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    uncached(reply)
    try {
      return await reply.send(await respond(await asked(ctx, clients, request, reply)))
    } catch (error) {
      if (error instanceof OAuthError && error.error === 'invalid_client') {
        ctx.use.log.info({ ip: request.ip, reason: error.message }, 'client authentication failed')
        // RFC 6749 §5.2: only where the header was used; elsewhere it would make browsers ask for a password.
        if (request.headers.authorization !== undefined) reply.header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`)
      }
      return sendError(reply, error)
    }
  }
