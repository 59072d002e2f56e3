import type { FastifyReply } from 'fastify'
import { OAuthError } from '../errors.ts'

/** Tokens and what is known of users stay in no cache (RFC 6749 §5.1). */
export const uncached = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store').header('pragma', 'no-cache')

/** Seconds after which it may be tried again. */
const retryAfter = 2

/** RFC 6749 has no code for it at these endpoints; clients know this one. Nothing was done, as far as can be told. */
const outage = (): OAuthError =>
  new OAuthError('temporarily_unavailable', 'Something that this server needs does not answer. Try again in a few seconds.', 503)

/** RFC 6749 §5.2. Anything but an `OAuthError`, or that something does not answer, is a fault of ours and is thrown on. */
export const sendError = (reply: FastifyReply, error: unknown): FastifyReply => {
  if (error instanceof Error && error.name === 'Unavailable') return sendError(reply.header('retry-after', retryAfter), outage())
  if (!(error instanceof OAuthError)) throw error
  return reply.code(error.status).send({ error: error.error, error_description: error.message })
}

export const noSuchApplication = (reply: FastifyReply, slug: string): FastifyReply =>
  reply.code(404).send({
    error: 'not_found',
    error_description: `There is no application '${slug}' with OpenID Connect here. The issuer is /application/o/<application slug>/.`,
  })
