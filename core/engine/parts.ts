import type { Application, Events, Json, Log, RequestView, Store, Wants } from '../api/index.ts'
import type { Mailed } from '../access/mailbox.ts'
import type { Browser, Closed, Closing } from '../access/types.ts'
import type { Judge } from '../policy/types.ts'
import type { RunTimes } from '../observe/slow.ts'
import type { Program } from './program.ts'
import type { TraceLine } from './state.ts'

/** What the engine is given: it has no HTTP, no ORM and no clock of its own. */
export type EngineParts = {
  readonly store: Store
  readonly events: Events
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** The ports of each stage kind. */
  readonly use: (kind: string) => object
  /** Effects and session in one transaction. */
  readonly close: (closing: Closing) => Promise<Closed>
  /** Whether a condition holds. */
  readonly judge: Judge
  /** Ask conditions for the parts that decided, for somebody who reads the trace. */
  readonly explain?: boolean
  /** Told how long a run took, and for what, when it has ended. */
  readonly times?: (times: RunTimes) => void
  /** Told each line of a run's trace as it happens. */
  readonly trace?: (line: TraceLine) => void
}

export type Start = {
  readonly program: Program
  /** Given back when the run ends; the engine does not look inside. */
  readonly purpose: Json
  readonly wants?: Wants
  readonly application?: Application | undefined
  readonly facts?: Readonly<Record<string, Json>>
  /** The store key of the link that opens the run. */
  readonly link?: string
  /** That link was mailed, and to whom; one that was not is an operator's. */
  readonly mailed?: Mailed | undefined
}

/** Who asks: the request as stages see it, and the browser that runs are bound to. */
export type Asker = { readonly request: RequestView; readonly browser: Browser }

/** Programs of the configuration that the request sees. */
export type Programs = { get(slug: string): Program | undefined }
