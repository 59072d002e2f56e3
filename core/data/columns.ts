import { randomUUIDv7 } from 'node:crypto'
import { p } from '@mikro-orm/core'

/** A key that sorts by time of creation (UUID version 7, RFC 9562 §5.7). */
export const id = () =>
  p
    .uuid()
    .primary()
    .onCreate(() => randomUUIDv7())

/** A moment, as whole milliseconds since 1970-01-01 UTC: the one form of time in every table, alike on both databases. */
export const instant = () => p.bigint('number')
