import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Asking } from '../../access/authorize.ts'
import { type Caller, demand, Lacking } from '../../access/caller.ts'
import { askingAs } from '../../access/front.ts'
import { maxBytes } from '../../configuration/yaml.ts'
import { Conflict } from '../../data/effects.ts'
import { Refused } from '../../identity/groups.ts'
import { isKnown } from '../conditional.ts'
import { sendProblem } from '../problem.ts'
import type { Visits } from '../visits.ts'
import { callerOf, type CallerParts, setApiHeaders } from './caller.ts'
import { requestCheck } from './checks.ts'
import { conflictProblem } from './conflicts.ts'
import { readJson } from './json.ts'
import { ApiProblem, impossible } from './problem.ts'
import type { Call, Route } from './route.ts'
import { toldTo } from './told.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls the API; nobody at a route that is public. */
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** Who may call a route of the API. */
    permission?: Route['permission']
  }
}

const prefix = '/api/v1'
/** Bytes. Only configuration documents may be larger. */
const bodyLimit = 1024 * 1024
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export type MountParts = CallerParts & {
  readonly routes: readonly Route[]
}

/** A route under `/api/` that says nothing of who may call it stops the start. To be called before any of them is made. */
export function demandPermissions(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, method, config }) => {
    if (url.startsWith('/api/') && config?.permission === undefined)
      throw new Error(`the route ${String(method)} ${url} does not say who may call it; give it a permission`)
  })
}

/** Serves the routes of the API, each with and without a slash at its end. */
export async function mountApi(app: FastifyInstance, parts: MountParts): Promise<void> {
  await app.register(
    async (scope) => {
      scope.decorateRequest('caller', null)
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, async (request: FastifyRequest, text: string) =>
        request.routeOptions.config.isDocument ? text : readJson(text),
      )
      scope.addContentTypeParser('application/yaml', { parseAs: 'string' }, async (request: FastifyRequest, text: string) => {
        if (request.routeOptions.config.isDocument) return text
        throw new ApiProblem(415, 'unsupported-media-type', 'This route takes application/json.')
      })
      scope.setErrorHandler((error: Error, request, reply) => answerProblem(error, request, reply))
      scope.setNotFoundHandler((request, reply) =>
        answerProblem(
          new ApiProblem(404, 'not-found', `There is nothing at ${request.url.slice(0, 200)}; ${prefix}/openapi.json lists what there is.`),
          request,
          reply,
        ),
      )
      for (const route of parts.routes) addRoute(scope, route, parts)
      for (const [path, routes] of Map.groupBy(parts.routes, ({ path }) => path)) addRefusal(scope, path, routes)
    },
    { prefix },
  )
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a configuration document, whatever it is written in. */
    isDocument?: boolean
  }
}

const both = (path: string): readonly string[] => [path, `${path}/`]

function addRoute(scope: FastifyInstance, route: Route, parts: MountParts): void {
  const checkQuery = requestCheck(route.query ?? { type: 'object', properties: {} }, 'query')
  const checkBody = route.body === undefined ? undefined : requestCheck(route.body, 'body')
  for (const url of both(route.path)) {
    scope.route({
      method: route.method,
      url,
      bodyLimit: route.document ? maxBytes : bodyLimit,
      config: { permission: route.permission, isDocument: route.document ?? false },
      // Before a body is read: strangers send none.
      onRequest: async (request, reply) => {
        setApiHeaders(reply)
        if (route.permission === 'public') return
        request.caller = await callerOf(request, request.snapshot.roles, parts)
        if (route.permission !== 'signed-in') demand(request.caller, route.permission)
      },
      handler: async (request, reply) => {
        const { status, body, text, etag, revalidate, location } = await route.handler(
          callFor(request, parts.visits, checkQuery, checkBody),
        )
        if (etag !== undefined) void reply.header('etag', etag)
        if (revalidate) void reply.header('cache-control', 'private, no-cache')
        if (location !== undefined) void reply.header('location', `${prefix}${location}`)
        if (etag !== undefined && request.method === 'GET' && isKnown(request, etag)) return reply.code(304).send()
        if (text) return reply.code(200).type(`${text.type}; charset=utf-8`).send(text.content)
        void reply.code(status ?? route.status ?? (body === undefined ? 204 : 200))
        return body === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
      },
    })
  }
}

const nobody = { userId: '', username: '', token: undefined, sessionId: undefined, permissions: new Set(), limited: true } satisfies Caller

const askingOf = async (request: FastifyRequest, visits: Visits): Promise<Asking> => {
  const { userId, username, sessionId } = request.caller ?? nobody
  const visit = await visits.visit(request)
  const { session } = visit.browser
  if (sessionId !== undefined && session?.id === sessionId) return askingAs(visit, session)
  return { ...askingAs(visit, undefined), user: { id: userId, username } }
}

const callFor = (
  request: FastifyRequest,
  visits: Visits,
  checkQuery: (value: unknown) => unknown,
  checkBody: ((value: unknown) => unknown) | undefined,
): Call => ({
  params: request.params,
  query: checkQuery(request.query),
  body: checkBody
    ? checkBody(request.body === undefined ? {} : request.body)
    : request.routeOptions.config.isDocument
      ? request.body
      : undefined,
  caller: request.caller ?? nobody,
  snapshot: request.snapshot,
  roles: request.snapshot.roles,
  request: {
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 512),
    id: request.id,
    origin: request.origin,
    locale: request.locale,
  },
  asking: () => askingOf(request, visits),
  ifMatch: request.headers['if-match'],
  ifNoneMatch: request.headers['if-none-match'],
  contentType: (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
})

/** At a path that exists, a method that does not. */
function addRefusal(scope: FastifyInstance, path: string, routes: readonly Route[]): void {
  const own: readonly string[] = routes.map(({ method }) => method)
  const allow = (own.includes('GET') ? [...own, 'HEAD'] : own).toSorted().join(', ')
  for (const url of both(path)) {
    scope.route({
      method: methods.filter((method) => !own.includes(method)),
      url,
      config: { permission: 'public' },
      onRequest: async (request, reply) => {
        setApiHeaders(reply)
        const detail = `${request.method} is not possible here; ${allow} is.`
        return sendProblem(reply.header('allow', allow), { status: 405, code: 'method-not-allowed', title: 'Method not allowed', detail })
      },
      handler: (_, reply) => reply,
    })
  }
}

const problemFor = (error: unknown, caller: Caller): ApiProblem | undefined => {
  if (error instanceof ApiProblem) return error
  if (error instanceof Lacking) return new ApiProblem(403, 'permission-missing', `${error.message}.`, { permissions: error.permissions })
  if (error instanceof Conflict) return conflictProblem(error)
  if (error instanceof Refused) return impossible('refused', [], toldTo(caller)(error.message))
  return undefined
}

/** What is not the API's own goes to the handler of the whole server. */
function answerProblem(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  setApiHeaders(reply)
  const problem = problemFor(error, request.caller ?? nobody)
  if (!problem) throw error
  void reply.headers(problem.headers)
  return sendProblem(reply, problem.body)
}
