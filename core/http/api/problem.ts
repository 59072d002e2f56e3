import type { ProblemBody } from '../problem.ts'

const titles = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Refused',
  404: 'Not found',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  428: 'Precondition required',
  429: 'Too many requests',
} as const

export type FieldError = NonNullable<ProblemBody['errors']>[number]
type More = Pick<ProblemBody, 'errors' | 'permissions'>

/** An answer that says why a request was refused (RFC 9457). `code` is stable, `detail` is for people. */
export class ApiProblem extends Error {
  readonly body: ProblemBody
  readonly headers: Readonly<Record<string, string>>
  constructor(status: keyof typeof titles, code: string, detail: string, more: More = {}, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.name = 'ApiProblem'
    this.body = { status, code, title: titles[status], detail, ...more }
    this.headers = headers
  }
}

export const notFound = (what: string): ApiProblem => new ApiProblem(404, 'not-found', `There is no ${what}, or you may not see it.`)

/** Of problems in values: `pointer` (RFC 6901) is that of the value to be changed. */
export const invalid = (
  errors: readonly FieldError[],
  detail = errors
    .map((error) => `${error.pointer} ${error.detail}`.trim())
    .join('; ')
    .slice(0, 2000),
): ApiProblem => new ApiProblem(400, 'invalid-request', detail, { errors })

/** The request is sound, and what it asks for cannot be. */
export const impossible = (
  code: string,
  errors: readonly FieldError[],
  detail = errors.map((error) => error.detail).join('; '),
): ApiProblem => new ApiProblem(422, code, detail, { errors })
