import type { TObject } from 'typebox'
import type { Application, Events, Json, Log, RequestView, Store, Wants } from '../api/index.ts'
import type { Factors } from '../access/factors.ts'
import type { LinkOwner } from '../access/mailbox.ts'
import type { Browser, Carried, Closed, Closing } from '../access/types.ts'
import type { EnrolledDevices } from '../identity/devices.ts'
import type { Judge } from '../policy/types.ts'
import type { RunTimes } from '../observe/slow.ts'
import type { Check, Program } from './program.ts'
import type { TraceLine } from './state.ts'

/** What stages that delegate to authenticators need beside them. */
export type FactorParts = {
  /** The ports of each authenticator. */
  readonly use: (kind: string) => object
  readonly devices: EnrolledDevices
  /** A check of answers; what the schema does not name is dropped. */
  readonly answers: (schema: TObject) => Check
  /** When the time ends (epoch ms) in which a user may do without the second factor that they need; undefined: it has not begun. */
  readonly dueAt: (userId: string) => Promise<number | undefined>
  /** For simulations: authenticators show no pages of their own, and only an answer that says what it proves is right. */
  readonly plain?: boolean
  /** In those: whose it is that says who somebody is, if they have one. */
  readonly identified?: { readonly id: string; readonly username: string } | undefined
  /** What a stage keeps while it delegates may hold secrets. */
  readonly seal: (kept: Json) => string
  readonly open: (sealed: string) => Json
}

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
  /** Without them, no stage can delegate. */
  readonly factors?: FactorParts
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
  /** What the user's session has proved already, for a run that only adds to it. */
  readonly carried?: Carried
  /** The store key of the link that opens the run. */
  readonly link?: string
  /** That link was mailed, and to whom; one that was not is an operator's. */
  readonly mailed?: LinkOwner | undefined
  /** Whom an operator made it for, if it was for a user. */
  readonly handed?: LinkOwner | undefined
}

/** Who asks: the request as stages see it, and the browser that runs are bound to. */
/** `factors`: of the configuration that the request sees. */
export type Asker = { readonly request: RequestView; readonly browser: Browser; readonly factors: Factors }

/** Programs of the configuration that the request sees. */
export type Programs = { get(slug: string): Program | undefined }
