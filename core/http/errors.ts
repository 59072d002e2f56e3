import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isUnavailable, Unavailable } from '../data/unavailable.ts'
import { setHeaders } from './headers.ts'
import type { Pages } from './pages.ts'
import { sendProblem, wantsPage } from './problem.ts'

const codes: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['bad-request', 'Bad request'],
  404: ['not-found', 'Not found'],
  405: ['method-not-allowed', 'Method not allowed'],
  413: ['too-large', 'Too large'],
  414: ['too-long', 'Address too long'],
  415: ['unsupported-media-type', 'Unsupported media type'],
  429: ['too-many', 'Too many requests'],
  503: ['busy', 'Busy'],
}

export function answerErrors(app: FastifyInstance, pages: Pages): void {
  app.setNotFoundHandler((request, reply) => pages.notFound(request, reply))
  app.setErrorHandler((error: FastifyError, request, reply) => answerFailure(error, request, reply, pages))
}

/**
 * An address that cannot be read comes to no route and to no hook, and its request knows neither origin nor language: no page can be made for it.
 * Must not throw: nothing would catch it.
 */
export function answerUnrouted(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  setHeaders(request, reply)
  return failWithProblem(error, statusOf(error), request, reply)
}

type Failure = Error & Partial<Pick<FastifyError, 'statusCode' | 'validation'>>
const isBusy = (error: Error): boolean => error.name === 'Busy'
/** What may go by itself: too much to do, or something that the server needs cannot do its work. */
const mayPass = (error: Error): boolean => isBusy(error) || isUnavailable(error)
const statusOf = (error: Failure): number => (mayPass(error) ? 503 : error.validation ? 400 : (error.statusCode ?? 500))

/** Tells that a request failed: people by a page, programs by a problem document, operators by the log. */
export function answerFailure(error: Failure, request: FastifyRequest, reply: FastifyReply, pages: Pages): FastifyReply {
  const status = statusOf(error)
  // An outage is logged once, where it is noticed, and not at each request; a database that is full or locked says so here.
  if (status >= 500 && !isBusy(error) && !(error instanceof Unavailable))
    request.log.error({ err: error, route: request.routeOptions.url }, 'http: a request failed')
  if (mayPass(error)) void reply.header('retry-after', error instanceof Unavailable ? error.retryAfter : 5)
  return wantsPage(request) ? pages.error(request, reply, status) : failWithProblem(error, status, request, reply)
}

function failWithProblem(error: Failure, status: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [code, title] =
    (isUnavailable(error) ? (['unavailable', 'Unavailable'] as const) : undefined) ??
    codes[status] ??
    (status < 500 ? ['bad-request', 'Bad request'] : ['internal-error', 'Internal error'])
  return sendProblem(reply, {
    status,
    code,
    title,
    // What we did not foresee is not told: it may hold anything. The log has it under the reference.
    detail:
      status < 500
        ? error.message
        : mayPass(error)
          ? 'The server cannot do this at the moment, and has not done it. Try again in a few seconds.'
          : `Something failed on the server; the log has it under ${request.id}.`,
    ...(status >= 500 && { reference: request.id }),
    ...(error.validation && {
      errors: error.validation.map((problem) => ({ pointer: problem.instancePath, detail: problem.message ?? 'is not valid' })),
    }),
  })
}
