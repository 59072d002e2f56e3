import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Keys } from 'sluice/plugin'
import { issuingProvider } from './addresses.ts'
import { allowAnyOrigin } from './cors.ts'
import { noSuchApplication } from './responses/json.ts'
import type { Context } from './types.ts'

/** Built once for each state of the key ring, which answers with a new object when its keys change. */
const bodies = new WeakMap<ReturnType<Keys['jwks']>, string>()

const bodyOf = (keys: Keys): string => {
  const set = keys.jwks()
  const body = bodies.get(set) ?? JSON.stringify(set)
  bodies.set(set, body)
  return body
}

/** Seconds that a client may keep the set: a next key is in it a day before it signs, and a revoked one is believed no longer than this. */
const maxAge = 900

/** The public keys as a JWK Set (RFC 7517 §5). */
export const jwks = (ctx: Context) => async (request: FastifyRequest<{ Params: { slug: string } }>, reply: FastifyReply) => {
  allowAnyOrigin(reply)
  if (!issuingProvider(ctx.providers(request), request.params.slug)) return noSuchApplication(reply, request.params.slug)
  return reply.header('cache-control', `public, max-age=${maxAge}`).type('application/json').send(bodyOf(ctx.use.keys))
}
