/**
 * Something that this server needs and that is no part of it does not answer. The request was not carried out as far as anybody can tell;
 * answered by 503 with `Retry-After: retryAfter` (seconds), in one place: core/http/errors.ts. Others know it by its name.
 */
export class Unavailable extends Error {
  readonly retryAfter = 2
  /** `dependency`: its name as operators know it, e.g. `Redis`. */
  constructor(dependency: string, cause: unknown) {
    super(`${dependency} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'Unavailable'
  }
}

/** SQLite: a full disk, a lock that is held too long, a disk that fails or may only be read. */
const sqlite = /^SQLITE_(?:FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN|NOMEM)(?:_\w+)?$/

/** Can what the server needs not do its work at the moment, whatever it is asked? Callers answer 503: nobody did anything wrong, and later it may do. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'Unavailable' || error.name === 'TurnTooLong' || ('code' in error && sqlite.test(String(error.code))))
