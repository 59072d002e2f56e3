import type { FastifyReply, FastifyRequest } from 'fastify'
import { issuerOf, issuingProvider } from '../addresses.ts'
import { Unanswerable } from '../errors.ts'
import { queryOf, readParameters, type Parameters } from '../parameters.ts'
import { refusalPage } from '../responses/page.ts'
import { hintedIdToken } from '../token/id-token.ts'
import type { Context, OidcProvider } from '../types.ts'
import { postLogoutAddress } from './post-logout.ts'

/**
 * Did the application prove whose session it wants to end? Only an ID token of this browser's session does: anything less, and any page
 * could sign people out.
 */
const provesSession = async (ctx: Context, request: FastifyRequest, provider: OidcProvider, { id_token_hint }: Parameters) => {
  if (id_token_hint === undefined) return false
  const issuer = issuerOf(ctx.origin(request), provider)
  const [claims, session] = await Promise.all([
    hintedIdToken(id_token_hint, { provider, issuer, keys: ctx.use.keys }),
    ctx.session(request),
  ])
  return claims !== undefined && session !== undefined && claims.sid === session.id
}

const providerOf = (ctx: Context, request: FastifyRequest<{ Params: { slug: string } }>, { client_id }: Parameters): OidcProvider => {
  const provider = issuingProvider(ctx.providers(request), request.params.slug)
  if (!provider) throw new Unanswerable('application-unknown', { application: request.params.slug }, 404)
  if (client_id !== undefined && client_id !== provider.settings.clientId) throw new Unanswerable('client-unknown', { client_id })
  return provider
}

/** The end-session endpoint (OpenID Connect RP-Initiated Logout §2), by GET. */
export const endSession = (ctx: Context) => async (request: FastifyRequest<{ Params: { slug: string } }>, reply: FastifyReply) => {
  const { parameters, repeated } = readParameters(queryOf(request))
  try {
    if (repeated !== undefined) throw new Unanswerable('repeated', { parameter: repeated })
    const provider = providerOf(ctx, request, parameters)
    const confirmed = await provesSession(ctx, request, provider, parameters)
    const then = postLogoutAddress(provider, parameters)
    return await ctx.logout(request, reply, { confirmed, application: provider.application, ...(then ? { then } : {}) })
  } catch (error) {
    if (!(error instanceof Unanswerable)) throw error
    return ctx.answer(request, reply, refusalPage(error))
  }
}
