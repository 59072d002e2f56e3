import type { DeviceFacts, Effect, Message, Session } from '../api/index.ts'
import type { Audited } from '../data/effects.ts'
import type { Tx } from '../data/tables.ts'
import type { LinkOwner } from './mailbox.ts'

/** A proof that the engine recorded: what was proved, and when (epoch ms). */
export type Proof = { readonly method: string; readonly at: number }

/** What a session has proved of its user, for a run that goes on from there. */
export type Carried = { readonly session: string; readonly user: string; readonly proofs: readonly Proof[] }

/** How far a user trusts a browser, in epoch ms: `until` when, and when they last proved a second factor there. */
export type Trust = { readonly userId: string; readonly until: number | undefined; readonly provedAt: number | undefined }

/** The browser that sent a request. `session` is there only if it is alive: not ended, not expired, its user enabled. */
export type Browser = {
  /** Stable for this browser until it signs out; flow runs are bound to it. */
  readonly id: string
  /** What CSRF tokens are derived from; changes at each sign-in and sign-out. */
  readonly secret: string
  /** `flows`: slugs of the authentication flows that it has gone through. */
  readonly session:
    | (Session & { readonly username: string; readonly proofs: readonly Proof[]; readonly flows: readonly string[] })
    | undefined
  /** Ids of users who have signed in at this browser before. */
  readonly known: readonly string[]
  /** Those of them who have signed in here since they were given the password that they have: where others guess at it, they are not locked out here. */
  readonly familiar: readonly string[]
  /** Of users who trust it, or have proved a second factor at it. */
  readonly trust: readonly Trust[]
  /** The cookie to set, where the request brought none that is good. */
  readonly cookie: string | undefined
}

/** What a run's end writes, all of it in one transaction that also records the run's id. */
export type Closing = {
  readonly runId: string
  readonly effects: readonly Effect[]
  /** Ids of users whom effects change though nothing in the run says that it is they: good only for users that the run itself makes. */
  readonly unproved?: readonly string[]
  /** Ids of users of whom the run itself has a proof; `anybody` where an operator's link opened it. A session that is there already is none. */
  readonly proved?: readonly string[] | 'anybody'
  /**
   * What is enrolled rests on one factor at most: it is added beside nothing that its user has set up since then (epoch ms), when the run began and was told
   * that there was nothing to show.
   */
  readonly enrolsAloneSince?: number
  /** Whose password the run itself has proved, and when (epoch ms): it counts for nothing if they have another one by now. */
  readonly passwordProved?: { readonly userId: string; readonly at: number }
  /** Id of the user whose session at the browser proved who they are a short while ago. */
  readonly fresh?: string | undefined
  /** The session of whoever ends the run, proved to be theirs in it: it goes on, under a new cookie, where a new password ends all others. */
  readonly keep?: { readonly browserId: string; readonly sessionId: string }
  /**
   * `lifetime` in seconds; `flows`: slugs of those that it has gone through. `secondFactor`: more than one factor was proved; `trust`: for how many
   * seconds the user trusts the browser from now on. `grace`: for how many seconds the user may do without the second factor that they need, counted from
   * the first time that this was said.
   */
  readonly session?: {
    readonly browserId: string
    readonly userId: string
    readonly proofs: readonly Proof[]
    readonly lifetime: number
    readonly flows: readonly string[]
    readonly secondFactor?: boolean
    /** Nothing was proved beside what the browser's session had: it lasts no longer than that one. */
    readonly unproved?: true
    readonly trust?: number
    readonly grace?: number
  }
  /** The request that ends the run, kept with the session so that its owner recognises it. */
  readonly request?: { readonly ip: string; readonly userAgent: string; readonly device?: DeviceFacts | undefined }
  /** The run was opened by a link that was made for this user: it is good only as long as their account is what it was then. */
  readonly linkOwner?: LinkOwner
  /** Ends the browser's session, and with it the grants that are not offline. */
  readonly end?: { readonly browserId: string }
}
/** Is told of a sign-in in its transaction, while the browser does not yet know who signs in. */
export type SigningIn = (
  tx: Tx,
  by: { readonly browserId: string; readonly userId: string; readonly request: NonNullable<Closing['request']> },
) => Promise<void>
export type Closed =
  | {
      readonly closed: true
      readonly cookie: string | undefined
      readonly session: Session | undefined
      /** What the effects did, for the audit log. */
      readonly audited?: readonly Audited[]
    }
  /** The run was closed before, by a second request: what it ended in. */
  | { readonly closed: 'before'; readonly session: Session | undefined }
  /** Nothing was written: this effect could not be made. `errors` by field name. */
  | { readonly closed: false; readonly effect: Effect; readonly errors: Readonly<Record<string, Message>> }
  /**
   * Nothing was written: the user is gone or disabled; or was to be changed by somebody who proved nothing; or the link that opened the run is
   * dead, or the password that was proved is, since they have another password or address by now.
   */
  | { readonly closed: false; readonly effect: undefined; readonly why?: 'unproved' | 'link-dead' | 'password-changed' }
