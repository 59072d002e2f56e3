import createClient from 'openapi-fetch'
import { ref } from 'vue'
import type { paths } from './api-types.ts'

/** One value that was refused, by its RFC 6901 pointer in the body that was sent. */
export type Detail = { readonly pointer: string; readonly detail: string; readonly line?: number; readonly column?: number }
/** RFC 9457, as the API answers. */
export type Problem = {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly reference?: string
  readonly permissions?: readonly string[]
  readonly errors?: readonly Detail[]
}

/** The API said no. */
export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiError'
    this.problem = problem
  }
}
/** Nobody answered: the network, or the server, is away. */
export class Unreachable extends Error {
  constructor() {
    super('the server cannot be reached')
    this.name = 'Unreachable'
  }
}

/** The session has ended meanwhile: whatever is open stays as it is until somebody has signed in again. */
export const sessionEnded = ref(false)
/** The last call found nobody there. */
export const isAway = ref(false)

const watched: typeof fetch = async (input, init) => {
  let response: Response
  try {
    response = await fetch(input, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    isAway.value = true
    throw new Unreachable()
  }
  isAway.value = false
  if (response.status === 401) sessionEnded.value = true
  return response
}

/** With a cookie the API takes changes of this type only, as no form of another site can send it; also those without a body. */
const send = (request: Request): Promise<Response> => {
  if (request.method !== 'GET' && !request.headers.has('content-type')) request.headers.set('content-type', 'application/json')
  return watched(request)
}

/** The API, typed by its own description. Calls go with the session's cookie. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin', fetch: send })

type Got<T> = { readonly data?: T; readonly error?: unknown; readonly response: Response }

const problemOf = (error: unknown, { status, statusText }: Response): Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'detail' in error
    ? (error as Problem)
    : { status, code: 'unknown', title: statusText || String(status), detail: statusText || `HTTP ${status}` }

/** What a call answered; throws `ApiError` or `Unreachable` where it did not do what was asked. */
export const ok = async <T>(call: Promise<Got<T>>): Promise<T> => {
  const { data, error, response } = await call
  if (!response.ok) throw new ApiError(problemOf(error, response))
  return data as T
}

/** The same, with the ETag of what was read or written. */
export const withTag = async <T>(call: Promise<Got<T>>): Promise<{ readonly data: T; readonly etag: string | null }> => {
  const { data, error, response } = await call
  if (!response.ok) throw new ApiError(problemOf(error, response))
  return { data: data as T, etag: response.headers.get('etag') }
}
