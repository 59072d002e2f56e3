import type { MetricValues } from '../metrics/merge.ts'

/** What the supervisor sends to a worker. */
export type ToWorker =
  | { readonly order: 'begin'; readonly place: Place }
  /** Drain, and end. */
  | { readonly order: 'stop' }
  | { readonly order: 'tell-metrics'; readonly question: number }

/** What a worker sends to the supervisor. */
export type FromWorker =
  /** From now on it hears what it is sent. */
  | { readonly say: 'listening' }
  | { readonly say: 'ready'; readonly local: string; readonly setupPath: string | undefined }
  | { readonly say: 'metrics'; readonly question: number; readonly metrics: readonly MetricValues[] }

/** Which of the workers a process is. */
export type Place = {
  /** From 1 on; a worker that is started anew has the number of the one before it. */
  readonly number: number
  /** How many there are. */
  readonly of: number
  /** The first of a start: it brings the schema up to date, applies what the options name, and makes the set-up link, before the others start. */
  readonly leads: boolean
}
