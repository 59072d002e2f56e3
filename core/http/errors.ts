import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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
  app.setErrorHandler((error: FastifyError, request, reply) => fail(error, request, reply, pages))
}

function fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply, pages: Pages): FastifyReply {
  const busy = error.name === 'Busy'
  const status = busy ? 503 : error.validation ? 400 : (error.statusCode ?? 500)
  if (status >= 500 && !busy) request.log.error({ err: error, route: request.routeOptions.url }, 'http: a request failed')
  if (busy) void reply.header('retry-after', 5)
  if (wantsPage(request)) return pages.error(request, reply, status)
  const [code, title] = codes[status] ?? (status < 500 ? ['bad-request', 'Bad request'] : ['internal-error', 'Internal error'])
  return sendProblem(reply, {
    status,
    code,
    title,
    // What we did not foresee is not told: it may hold anything. The log has it under the reference.
    detail:
      status < 500
        ? error.message
        : busy
          ? 'The server is busy. Try again in a few seconds.'
          : `Something failed on the server; the log has it under ${request.id}.`,
    ...(status >= 500 && { reference: request.id }),
    ...(error.validation && {
      errors: error.validation.map((problem) => ({ pointer: problem.instancePath, detail: problem.message ?? 'is not valid' })),
    }),
  })
}
