import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../api/index.ts'
import { Unavailable } from './unavailable.ts'
import { untrusted } from './untrusted.ts'

/** How long a start waits for a server that is not there yet, in milliseconds: they are often started together. */
const patience = 30_000

/** The database did not answer in time, or cannot be trusted. */
class DatabaseMissing extends Error {
  constructor(name: string, cause: unknown) {
    const why = untrusted(cause, 'SLUICE_DATABASE_URL')
    super(
      why
        ? `the database ${name} cannot be used: ${why}`
        : `the database ${name} does not answer (${(cause as Error).message}); check SLUICE_DATABASE_URL, and that the server runs and lets this user in`,
      { cause },
    )
    this.name = 'DatabaseMissing'
  }
}

/**
 * Does it once the database answers. Throws `DatabaseMissing`, with its name, after `limit` milliseconds, and at once where waiting mends nothing;
 * the reason of `signal`, once that is aborted and the database still does not answer.
 */
export const whenThere = async <T>(
  name: string,
  work: () => Promise<T>,
  { log, limit = patience, signal }: { readonly log?: Log; readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<T> => {
  const until = Date.now() + limit
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      if (Date.now() >= until || untrusted(error.cause, 'SLUICE_DATABASE_URL')) throw new DatabaseMissing(name, error.cause)
      log?.debug({ err: error }, 'the database does not answer yet')
      await delay(500, undefined, signal && { signal }).catch(() => {})
      signal?.throwIfAborted()
    }
  }
}
