import type { FastifyReply, FastifyRequest } from 'fastify'
import { userClaims } from './claims.ts'
import { allowClientOrigin } from './cors.ts'
import { OAuthError } from './errors.ts'
import { signInOf } from './grant.ts'
import { queryOf, readParameters, words } from './parameters.ts'
import { sendError, uncached } from './responses/json.ts'
import { userScopes } from './settings.ts'
import { findAccessToken } from './token/access-token.ts'
import { seenFrom } from './token/grant-type.ts'
import { standingOf } from './token/live.ts'
import type { Context } from './types.ts'

const missing = () => new OAuthError('missing_token', 'Send the access token as Authorization: Bearer.', 401)
const invalid = () =>
  new OAuthError(
    'invalid_token',
    'The access token is malformed, expired, revoked, or not of this server. Refresh it, or send the user to sign in.',
    401,
  )

/** RFC 6750 §2.1, §2.2: in the header, or in a form. §2.3, in the query, is refused: addresses end up in logs (RFC 9700 §4.3.2). */
const bearerOf = (request: FastifyRequest): string => {
  if (readParameters(queryOf(request)).parameters['access_token'] !== undefined)
    throw new OAuthError('invalid_request', 'access_token was sent in the query. Send it as Authorization: Bearer.')
  const form = typeof request.body === 'string' ? readParameters(request.body) : undefined
  if (form?.repeated !== undefined)
    throw new OAuthError('invalid_request', `${form.repeated} was sent more than once. Send each parameter once.`)
  const posted = form?.parameters['access_token']
  const { authorization } = request.headers
  if (authorization !== undefined && posted !== undefined)
    throw new OAuthError('invalid_request', 'The access token was sent by two methods. Send it as Authorization: Bearer only.')
  const token = posted ?? /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw missing()
  return token
}

const respond = async (ctx: Context, request: FastifyRequest, reply: FastifyReply) => {
  const found = await findAccessToken(bearerOf(request), { providers: ctx.providers(request), origin: ctx.origin(request), use: ctx.use })
  if (!found) throw invalid()
  const { provider, claims: access } = found
  allowClientOrigin(request, reply, provider)
  const standing = await standingOf(ctx, request, found)
  if (!access || !standing) throw invalid()
  const { grant, user } = standing
  const allowed = userScopes(provider.settings)
  // What the provider stopped allowing since is not told any more.
  const scopes = words(access.scope).filter((scope) => allowed.includes(scope))
  // A client's own token never has it: nobody signed in.
  if (!scopes.includes('openid') || !grant || !user)
    throw new OAuthError('insufficient_scope', 'The access token has no openid scope. Ask for it when sending the user to sign in.', 403)
  const claims = await userClaims({ user, provider, grant, scopes, where: 'answer', request: seenFrom(request) }, ctx.use)
  return { ...claims, sub: signInOf(grant).sub }
}

/** RFC 6750 §3.1: a request without a token learns only that it needs one. */
const challengeOf = ({ error, message }: OAuthError): string =>
  error === 'missing_token' ? 'Bearer realm="userinfo"' : `Bearer realm="userinfo", error="${error}", error_description="${message}"`

/** The UserInfo endpoint (OIDC Core §5.3). */
export const userinfo = (ctx: Context) => async (request: FastifyRequest, reply: FastifyReply) => {
  uncached(reply)
  try {
    return await reply.send(await respond(ctx, request, reply))
  } catch (error) {
    if (error instanceof OAuthError) reply.header('www-authenticate', challengeOf(error))
    return sendError(reply, error)
  }
}
