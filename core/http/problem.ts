import type { FastifyReply, FastifyRequest } from 'fastify'

/** An error for programs (RFC 9457): `code` is stable, `detail` is for people, `pointer` (RFC 6901) says where. */
export type ProblemBody = {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly reference?: string
  /** `line` and `column`, from 1, of a document that was sent as text. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string; readonly line?: number; readonly column?: number }[]
  /** Those that were missing. */
  readonly permissions?: readonly string[]
}

export const sendProblem = (reply: FastifyReply, problem: ProblemBody): FastifyReply =>
  reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send({ type: 'about:blank', ...problem })

/** People get a page, programs a problem document. */
export const wantsPage = (request: FastifyRequest): boolean =>
  !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')
