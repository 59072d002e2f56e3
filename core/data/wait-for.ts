import type { Log } from '../api/index.ts'
import { Unavailable } from './unavailable.ts'

/** How long a start waits for a server that is not there yet, in milliseconds: they are often started together. */
const patience = 30_000

/** The database did not answer in time. */
class DatabaseMissing extends Error {
  constructor(name: string, cause: unknown) {
    super(
      `the database ${name} does not answer (${(cause as Error).message}); check SLUICE_DATABASE_URL, and that the server runs and lets this user in`,
      { cause },
    )
    this.name = 'DatabaseMissing'
  }
}

/** Does it once the database answers. Throws `DatabaseMissing`, with its name, after half a minute. */
export const whenThere = async <T>(name: string, work: () => Promise<T>, log: Log): Promise<T> => {
  const until = Date.now() + patience
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      if (Date.now() > until) throw new DatabaseMissing(name, error.cause)
      log.debug({ err: error }, 'the database does not answer yet')
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
