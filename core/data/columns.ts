import { randomUUIDv7 } from 'node:crypto'
import { p } from '@mikro-orm/core'

/**
 * A UUID as text, on both databases: PostgreSQL's own type refuses to be compared with what is no UUID, where nothing found is the right answer,
 * and has no least one.
 */
export const uuid = () => p.uuid().columnType('text')

/** A key that sorts by time of creation (UUID version 7, RFC 9562 §5.7). */
export const id = () =>
  uuid()
    .primary()
    .onCreate(() => randomUUIDv7())

/** A moment, as whole milliseconds since 1970-01-01 UTC: the one form of time in every table, alike on both databases. */
export const instant = () => p.bigint('number')

/** JSON as it was written, on both databases: PostgreSQL's other type, `jsonb`, orders the members anew, and people see them in exports. */
export const json = <T>() => p.json<T>().columnType('json')
