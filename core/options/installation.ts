import type { Finding } from '../cli/doctor/finding.ts'

/** How this process was set up, as administrators are told. */
export type Installation = {
  readonly version: string
  readonly startedAt: Date
  /** What the option says; undefined: only this machine is served. */
  readonly url: URL | undefined
  /** The secret key is the one that was made in the data directory. */
  readonly secretKeyIsMade: boolean
  /** What `sluice doctor` finds of what can change while a server runs. */
  findings(): readonly Finding[]
}
