import type { Static, TObject } from 'typebox'
import type { Configurable, Json, Use, Used } from './base.ts'

/** An audit event as `GET /api/v1/events` shows it to whoever may see all of them. Nothing of it is secret; `detail` tells of people. */
export type AuditEvent = {
  /** Unique, and the same each time that the event is delivered: receivers know by it what they have already. */
  readonly id: string
  /** When it happened (RFC 3339). */
  readonly at: string
  /** What happened, e.g. `user.created`. */
  readonly action: string
  /** Id of who did it, if anybody is known. */
  readonly user: string | null
  /** What that user signs in with; null: nobody, or not there any more. */
  readonly userName: string | null
  readonly application: string | null
  readonly ip: string
  readonly userAgent: string
  /** Reference of the request, as in the log. */
  readonly request: string | null
  readonly detail: Json
}

/** How a delivery ended. Texts are for operators: what the receiver said, without secrets. At most 500 characters of them are kept. */
export type Delivery =
  | { readonly outcome: 'delivered'; readonly said: string; readonly status: number | undefined }
  /** `after`: seconds, where the receiver asks for them. */
  | { readonly outcome: 'again'; readonly said: string; readonly status: number | undefined; readonly after: number | undefined }
  | { readonly outcome: 'given-up'; readonly said: string; readonly status: number | undefined }
type More = { readonly status?: number }

export const delivered = (said: string, { status }: More = {}): Delivery => ({ outcome: 'delivered', said, status })
/** It did not arrive, and may later: tried again for more than a day, later and later. */
export const tryAgain = (said: string, { status, after }: More & { readonly after?: number } = {}): Delivery => ({
  outcome: 'again',
  said,
  status,
  after,
})
/** It will never arrive: the event is given up at once, on the record. */
export const giveUp = (said: string, { status }: More = {}): Delivery => ({ outcome: 'given-up', said, status })

export type SinkContext<S, U extends Use> = {
  /** Of the configured object, e.g. `siem`. */
  readonly slug: string
  readonly settings: S
  readonly use: Used<U>
  /** From 1. */
  readonly attempt: number
  /** Aborts after a minute, and when the server stops. */
  readonly signal: AbortSignal
}

/**
 * A place that audit events go to. Each event is delivered at least once, in no order that is promised: a server that stops in between delivers
 * it again. A throw counts as `tryAgain`.
 */
export type Sink<S extends TObject = any, U extends Use = any> = Configurable<S> & {
  readonly use?: U
  deliver(event: AuditEvent, ctx: SinkContext<Static<S>, U>): Promise<Delivery>
}
export const defineSink = <S extends TObject, U extends Use = {}>(sink: Sink<S, U>): Sink<S, U> => Object.freeze(sink)
