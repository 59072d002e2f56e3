import type { FastifyRequest } from 'fastify'

/**
 * The ETags of an `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2), weak ones as if they were strong: a proxy that compresses
 * an answer makes its tag weak (nginx does), and the content behind it is the same.
 */
export const tagsOf = (header: string): readonly string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))

/** Does the browser have what it asks for? Then 304 is the answer. `etag` in its quotes. */
export const isKnown = ({ headers }: Pick<FastifyRequest, 'headers'>, etag: string): boolean => {
  const sent = headers['if-none-match']
  if (sent === undefined) return false
  const tags = tagsOf(sent)
  return tags.includes('*') || tags.includes(etag)
}
