import type { FastifyInstance } from 'fastify'
import type { RequestSpan, Tracer } from './span.ts'
import { ended, within, type Frame } from './work.ts'
import { among } from '../options/among.ts'

type Seen = Frame & { readonly span: RequestSpan | undefined; readonly started: number; isOver: boolean }

declare module 'fastify' {
  interface FastifyRequest {
    /** What is spent for it, and its span. */
    seen: Seen | undefined
  }
}

/** HTTP lets anybody make up a method; of each other there is at least one route. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** The client went away before there was an answer, as nginx has it. */
const clientGone = 499

/**
 * Measures every request, by the pattern of its route and never by its address: what strangers make up would make series without end.
 * A `traceparent` continues the trace of whoever sent it if it came from a trusted proxy: anybody else could put themselves into the operator's traces.
 */
export function observeRequests(
  app: FastifyInstance,
  { trustedProxies, tracer }: { readonly trustedProxies: readonly string[]; readonly tracer: Tracer | undefined },
): void {
  const isTrusted = among(trustedProxies)
  app.decorateRequest('seen', undefined)

  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers
    const parent = typeof traceparent === 'string' && isTrusted(request.socket.remoteAddress) ? traceparent : undefined
    const span = tracer?.request(methods.has(request.method) ? request.method : 'other', parent)
    request.seen = { span, spent: undefined, started: performance.now(), isOver: false }
    if (span) within(request.seen, done)
    else done()
  })
  // Reading the body leaves what is around the request; whatever comes after it is in it again.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.seen?.span) within(request.seen, done)
    else done()
  })
  const over = (seen: Seen | undefined, method: string, route: string, status: number) => {
    if (!seen || seen.isOver) return
    seen.isOver = true
    const name = `${methods.has(method) ? method : 'other'} ${route}`
    ended(seen, 'request', name, String(status), seen.started)
    seen.span?.named(name)
    seen.span?.end(String(status), { 'http.route': route, 'http.response.status_code': status })
  }
  app.addHook('onResponse', (request, reply, done) => {
    over(request.seen, request.method, request.routeOptions.url ?? 'none', reply.statusCode)
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    over(request.seen, request.method, request.routeOptions.url ?? 'none', clientGone)
    done()
  })
}
