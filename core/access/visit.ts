import type { RequestView } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Asker } from '../engine/parts.ts'
import type { Browser } from './types.ts'

/** One request, as everything behind HTTP sees it: the configuration it began with, who asks, and the cookie to set on the answer. */
export type Visit = Asker & {
  readonly request: RequestView
  readonly browser: Browser
  readonly snapshot: Snapshot
}
