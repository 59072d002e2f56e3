import type { FastifyRequest } from 'fastify'

export type Parameters = Readonly<Record<string, string | undefined>>

/**
 * Decodes `application/x-www-form-urlencoded` text. A parameter without a value counts as omitted, and none may come twice
 * (RFC 6749 §3.1, §3.2): the first that does is named in `repeated`.
 */
export const readParameters = (encoded: string): { readonly parameters: Parameters; readonly repeated: string | undefined } => {
  const parameters: Record<string, string> = Object.create(null)
  const seen = new Set<string>()
  let repeated: string | undefined
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (seen.has(name)) repeated ??= name
    seen.add(name)
    if (value !== '') parameters[name] = value
  }
  return { parameters, repeated }
}

/** The query of the request, still encoded, without its `?`. */
export const queryOf = (request: FastifyRequest): string => {
  const start = request.url.indexOf('?')
  return start < 0 ? '' : request.url.slice(start + 1)
}

/** The members of a space-separated list, e.g. `scope` (RFC 6749 §3.3). */
export const words = (list: string | undefined): readonly string[] => [...new Set((list ?? '').split(' ').filter((word) => word !== ''))]
