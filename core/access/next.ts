import type { Answer, Application, Json, Message, Wants } from '../api/index.ts'
import type { View } from '../engine/view.ts'

/** What the browser gets next. `cookie` is to be set along with it. */
export type Next = { readonly cookie?: string | undefined } & (
  | { readonly next: 'ask'; readonly view: View & { is: 'asking' } }
  | { readonly next: 'see'; readonly flow: string; readonly runId: string }
  | { readonly next: 'answer'; readonly answer: Answer }
  /** `to`: a path of ours, where they wanted to go afterwards. */
  | { readonly next: 'home'; readonly to?: string | undefined }
  /** A run that opens no session has ended well. */
  | { readonly next: 'done'; readonly isSignedIn: boolean }
  | { readonly next: 'signed-out'; readonly application?: Application }
  /** The run ended without its purpose. `back`: there is an application that can be told. */
  | {
      readonly next: 'denied'
      readonly why: Message
      readonly reference: string
      readonly flow: string
      readonly runId: string
      readonly back: boolean
    }
  /** May not open or enter what they wanted. `username`: as whom they asked. */
  | {
      readonly next: 'refused'
      readonly why: Message
      readonly reference: string
      readonly username: string | undefined
      /** There is an application that can be told. */
      readonly back: boolean
    }
  | { readonly next: 'failed'; readonly reference: string; readonly flow: string }
  | { readonly next: 'over'; readonly flow: string; readonly runId: string }
  | { readonly next: 'throttled'; readonly retryAfter: number }
  | { readonly next: 'gone' }
)

/** What a run is for: kept with it, and taken up when it ends. */
export type Purpose =
  /**
   * `flow`: the one that was opened by its address. `then`: a path of ours to go to afterwards. `confirm`: whoever is signed in only proves anew
   * who they are.
   */
  | { readonly to: 'home'; readonly flow?: string; readonly then?: string; readonly confirm?: true }
  | { readonly to: 'signed-out'; readonly then?: string; readonly application?: Application }
  | {
      readonly to: 'application'
      readonly protocol: string
      readonly provider: string
      readonly parked: Json
      readonly wants: Wants
      /** Signing in comes first, being authorized for the application second. */
      readonly phase: 'authentication' | 'authorization'
    }
export type ForApplication = Purpose & { to: 'application' }
