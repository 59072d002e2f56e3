import type { Log } from '../api/index.ts'
import { Unavailable } from './unavailable.ts'

/** Tells once that something went away, and once that it is back, however many requests notice. */
export const outages = (dependency: string, log: Log | undefined) => {
  let since: number | undefined
  return {
    /** The error by which callers hear of it. */
    failed(error: unknown): Unavailable {
      const unavailable = new Unavailable(dependency, error)
      if (since === undefined)
        log?.error({ reason: unavailable.message }, `${dependency}: does not answer; what needs it is refused until it does`)
      since ??= Date.now()
      return unavailable
    },
    answered(): void {
      if (since === undefined) return
      log?.info({ seconds: Math.round((Date.now() - since) / 1000) }, `${dependency}: answers again`)
      since = undefined
    },
  }
}
export type Outages = ReturnType<typeof outages>
