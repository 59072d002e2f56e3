import type { Application, Json, Message, Refusal, Screen, Session } from '../api/index.ts'
import type { Proof } from '../access/types.ts'

/** Where a run stands, for whoever shows it: HTML, JSON or a protocol that answers by itself. */
export type View =
  | {
      readonly is: 'asking'
      readonly runId: string
      readonly flow: string
      readonly step: string
      readonly challenge: string
      readonly screen: Screen
      /** By field name; `''` is the whole form. */
      readonly errors: Readonly<Record<string, Message>>
      readonly notice: Message | undefined
      readonly application: Application | undefined
      /** Who it seems to be. `typed`: they said so in this run, and may say otherwise. */
      readonly user: { readonly username: string; readonly typed: boolean } | undefined
      /** 200, 422 with errors, 429 when there were too many tries, 503 when the server is too busy to check. */
      readonly status: 200 | 422 | 429 | 503
      readonly retryAfter: number | undefined
    }
  /** A run that may show nothing came to a step that would have to. */
  | { readonly is: 'would-ask'; readonly step: string; readonly kind: string }
  | {
      readonly is: 'closed'
      readonly runId: string
      readonly flow: string
      readonly purpose: Json
      readonly session: Session | undefined
      /** The cookie to set, where the browser's record changed. */
      readonly cookie: string | undefined
      readonly user: { readonly id: string; readonly username: string } | undefined
      readonly proofs: readonly Proof[]
    }
  | {
      readonly is: 'denied'
      readonly runId: string
      readonly flow: string
      readonly why: Message
      readonly purpose: Json
      readonly reference: string
      readonly refusal: Refusal
      /** The user's own decision: the application is told at once, without a page in between. */
      readonly byUser: boolean
    }
  /** It ended before: by an earlier request, or because it was refused. */
  | { readonly is: 'over'; readonly runId: string; readonly flow: string; readonly purpose: Json; readonly how: 'closed' | 'denied' }
  /** A stage broke. The run is over; nothing was skipped. */
  | { readonly is: 'failed'; readonly flow: string; readonly purpose: Json; readonly reference: string }
  /** Too many runs were begun from this address; nothing was stored. `retryAfter` in seconds. */
  | { readonly is: 'throttled'; readonly retryAfter: number }
  /** Another request moved the run meanwhile: ask where it stands. */
  | { readonly is: 'moved'; readonly runId: string; readonly flow: string }
  /** Unknown, expired, or another browser's: all the same to whoever asks. */
  | { readonly is: 'gone' }
