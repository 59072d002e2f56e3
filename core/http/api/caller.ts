import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, type createCallers } from '../../access/caller.ts'
import type { RoleDefinitions } from '../../access/permissions.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Events, Store } from '../../api/index.ts'
import { begin, limits } from '../../engine/limits.ts'
import { comesFrom } from '../origin.ts'
import type { Visits } from '../visits.ts'
import { ApiProblem } from './problem.ts'

export type CallerParts = {
  readonly tokens: Tokens
  readonly callers: ReturnType<typeof createCallers>
  readonly visits: Visits
  /** Where attempts are counted. */
  readonly store: Store
  readonly events: Events
}

const reads = new Set(['GET', 'HEAD'])
const longestToken = 4096

const unauthenticated = (detail: string, error = ''): ApiProblem =>
  new ApiProblem(401, 'unauthenticated', detail, {}, { 'www-authenticate': `Bearer realm="sluice"${error}` })

/** A cookie goes with requests of other sites' pages, too: those of our own pages alone count, and what a form could send is refused. */
const mustBeOurs = (request: FastifyRequest): void => {
  const from = comesFrom(request, request.origin)
  if (from === 'elsewhere' || (from === 'unknown' && !reads.has(request.method)))
    throw new ApiProblem(403, 'cross-site', 'With a cookie, only pages of this server may call the API. Other clients use a token.')
  if (!reads.has(request.method) && !/^application\/(?:json|yaml)\b/i.test(request.headers['content-type'] ?? ''))
    throw new ApiProblem(403, 'cross-site', 'With a cookie, a change must have the content type application/json.')
}

/** Says that a token is not good, and to whoever tries many of them that they have to wait. A good one is never held up by others' tries. */
const refuseToken = async (request: FastifyRequest, { store, events }: CallerParts): Promise<ApiProblem> => {
  const tried = await begin(store, { stage: 'api', account: undefined, address: request.ip, knownBrowser: undefined })
  if (tried === 'refused-first') {
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, 512)
    await events.record({ action: 'token.throttled', request: { ip: request.ip, userAgent, id: request.id } })
  }
  if (tried !== 'allowed')
    return new ApiProblem(
      429,
      'too-many-attempts',
      'Too many tokens that are not good came from this address.',
      {},
      { 'retry-after': String(limits.window) },
    )
  return unauthenticated('The token is unknown, expired or revoked, or its user is disabled.', ', error="invalid_token"')
}

/** Who sent a request: by its token, else by the session of its browser. Throws `ApiProblem` if nobody who is known did. */
export const callerOf = async (request: FastifyRequest, roles: RoleDefinitions, parts: CallerParts): Promise<Caller> => {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const [, text] = /^Bearer +(\S+) *$/i.exec(authorization.slice(0, longestToken)) ?? []
    if (text === undefined) throw unauthenticated('The header Authorization must be: Bearer <token>.', ', error="invalid_request"')
    const holder = await parts.tokens.holder(text)
    if (!holder) throw await refuseToken(request, parts)
    const { userId, username, tokenId, tokenName, scopes } = holder
    return parts.callers({ userId, username, token: { id: tokenId, name: tokenName }, sessionId: undefined, scopes }, roles)
  }
  const { session } = await parts.visits.browser(request)
  if (!session) throw unauthenticated('Sign in, or send a token: Authorization: Bearer <token>.')
  mustBeOurs(request)
  return parts.callers({ userId: session.userId, username: session.username, token: undefined, sessionId: session.id }, roles)
}

/** Answers depend on who asks, and are kept by nobody. */
export const setApiHeaders = (reply: FastifyReply): void => {
  void reply.headers({ 'cache-control': 'no-store', vary: 'authorization, cookie' })
}
