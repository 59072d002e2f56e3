import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OidcProvider } from './types.ts'

/** What is public may be read by any page. No credentials are involved. */
export const allowAnyOrigin = (reply: FastifyReply): FastifyReply => reply.header('access-control-allow-origin', '*')

/** Lets the pages of a public client, those at the origins of its redirect URIs, read the answer. */
export const allowClientOrigin = (request: FastifyRequest, reply: FastifyReply, { settings }: OidcProvider): void => {
  reply.header('vary', 'origin')
  const { origin } = request.headers
  if (origin === undefined || origin === 'null' || settings.clientType !== 'public') return
  if (settings.redirectUris.some((uri) => new URL(uri).origin === origin))
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', 'www-authenticate')
}

/** A preflight names no client, so it is allowed to all; whether a page may read the answer is decided there. */
export const preflight = (methods: string) => async (_request: FastifyRequest, reply: FastifyReply) =>
  allowAnyOrigin(reply)
    .header('access-control-allow-methods', methods)
    .header('access-control-allow-headers', 'authorization, content-type')
    .header('access-control-max-age', '600')
    .code(204)
    .send()
