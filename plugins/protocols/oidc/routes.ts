import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { metadataMount, reserved } from './addresses.ts'
import { authorize } from './authorize/index.ts'
import { preflight } from './cors.ts'
import { discovery, issuer } from './discovery.ts'
import { jwks } from './jwks.ts'
import { endSession } from './logout/index.ts'
import { queryOf } from './parameters.ts'
import { clientKeySets } from './token/assertion/key-set.ts'
import { countedGuesses } from './token/guesses.ts'
import { token } from './token/index.ts'
import { introspect } from './token/introspection.ts'
import { revoke } from './token/revocation.ts'
import type { Context } from './types.ts'
import { userinfo } from './userinfo.ts'

const form = 'application/x-www-form-urlencoded'
/** Bytes. A posted form of a browser becomes a query, and Node refuses headers of more than 16 KiB. */
const bodyLimit = 8192

/** Forms arrive as text, since only the text shows a parameter that came twice. Any other body is none. */
const readForms = (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, undefined))
}

/**
 * A browser's POST may come from the application's site, and then brings no `SameSite=Lax` cookie. So it is answered by a redirect to the
 * same request as a GET, which does.
 */
const asGet = (ctx: Context) => async (request: FastifyRequest, reply: FastifyReply) => {
  const path = request.url.split('?', 1)[0] ?? ''
  const body = typeof request.body === 'string' ? request.body : ''
  const query = new URLSearchParams([...new URLSearchParams(queryOf(request)), ...new URLSearchParams(body)])
  return reply.redirect(`${ctx.origin(request)}${path}?${query}`, 303)
}

const notFound = async (_request: FastifyRequest, reply: FastifyReply) =>
  reply
    .code(404)
    .send({ error: 'not_found', error_description: 'This endpoint is not offered. The metadata of the issuer lists those that are.' })

const postOnly = async (_request: FastifyRequest, reply: FastifyReply) =>
  reply
    .code(405)
    .header('allow', 'POST, OPTIONS')
    .send({ error: 'invalid_request', error_description: 'Tokens are sent and given by POST only.' })

type Row = readonly [
  methods: string | readonly string[],
  path: string,
  handler: (request: any, reply: FastifyReply) => Promise<FastifyReply>,
]

/** What takes secrets takes them in a body. */
const posted = (path: string, handler: Row[2]): readonly Row[] => [
  ['POST', path, handler],
  ['GET', path, postOnly],
  ['OPTIONS', path, preflight('POST')],
]

const tokenRows = (ctx: Context): readonly Row[] => {
  const clients = { keySets: clientKeySets(ctx.use), guesses: countedGuesses(ctx.use) }
  return [
    ...posted('/token', token(ctx, clients)),
    ...posted('/introspect', introspect(ctx, clients)),
    ...posted('/revoke', revoke(ctx, clients)),
  ]
}

const issuerRows = (ctx: Context): readonly Row[] => [
  ['GET', '/authorize', authorize(ctx)],
  ['POST', '/authorize', asGet(ctx)],
  ...tokenRows(ctx),
  [['GET', 'POST'], '/userinfo', userinfo(ctx)],
  ['OPTIONS', '/userinfo', preflight('GET, POST')],
  ...reserved.map((word): Row => [['GET', 'POST'], `/${word}`, notFound]),
  ['GET', '/:slug', issuer(ctx)],
  ['GET', '/:slug/.well-known/openid-configuration', discovery(ctx)],
  ['GET', '/:slug/.well-known/oauth-authorization-server', discovery(ctx)],
  ['GET', '/:slug/jwks', jwks(ctx)],
  ['GET', '/:slug/end-session', endSession(ctx)],
  ['POST', '/:slug/end-session', asGet(ctx)],
]

const metadataRows = (ctx: Context): readonly Row[] => [['GET', '/:slug', discovery(ctx)]]

/** Every address works with and without its trailing slash. Called once for each mount. */
export const routes = (app: FastifyInstance, ctx: Context): void => {
  readForms(app)
  const rows = app.prefix === metadataMount ? metadataRows(ctx) : issuerRows(ctx)
  for (const [methods, path, handler] of rows)
    for (const url of [path, `${path}/`]) app.route({ method: [methods].flat(), url, bodyLimit, handler: handler as RouteHandlerMethod })
}
