import type { Static, TObject } from 'typebox'
import type { Authenticating } from './authenticator.ts'
import type { Configurable, Effect, Fact, Json, Known, Message, Use, Used } from './base.ts'
import type { Screen, Signal } from './screen.ts'
import type { Wants } from './protocol.ts'

/** The request that a stage answers to. `ip` is the client's, as far as trusted proxies tell; `origin` the accepted one, e.g. `https://id.example.com`. */
/**
 * A client certificate of a device (RFC 5280) that an authority of the settings has signed. `names`: its DNS names, e-mail addresses and URIs. `serialNumber` and
 * `fingerprint` (SHA-256) in small hexadecimal digits.
 */
export type CertificateView = {
  readonly subject: string
  readonly commonName: string | null
  readonly names: readonly string[]
  readonly issuer: string
  readonly serialNumber: string
  readonly fingerprint: string
}

/** What a trusted proxy tells of the device that asks, as far as the settings say where (`settings.device`). */
export type DeviceFacts = {
  readonly certificate: CertificateView | null
  readonly posture: Readonly<Record<string, string>>
}

export type RequestView = {
  /** As in the log, in the header `x-request-id` and in events. */
  readonly id: string
  readonly ip: string
  readonly userAgent: string
  readonly locale: string
  readonly origin: string
  readonly at: Date
  /** Nothing where no trusted proxy tells anything. */
  readonly device?: DeviceFacts | undefined
}

export type StageContext<S, N, M, U extends Use> = {
  readonly settings: S
  readonly use: Used<U>
  readonly request: RequestView
  readonly flow: { readonly slug: string; readonly title: string }
  /** The application that waits for this run, if one does, and what it asked for. */
  readonly application: { readonly slug: string; readonly name: string } | undefined
  readonly wants: Wants
  /** What was proved of the user, in the order of proof: in this run, and, outside of signing in, at the sign-in before. `at` in epoch milliseconds. */
  readonly proofs: readonly { readonly method: string; readonly at: number }[]
  /** Of a stage that says `authenticators: true`. */
  readonly authenticators: Authenticating
  /** What this stage kept at its last `ask`; `undefined` on the first showing. Stored on the server. */
  readonly kept: M | undefined
  /** A fact listed in `needs`. Configuration that cannot supply it is refused; should it be absent all the same, the run ends as denied. */
  need<T>(this: void, fact: Fact<T> & N): T
  /** A fact that may or may not be known. */
  peek<T>(this: void, fact: Fact<T>): T | undefined
  readonly signal: AbortSignal
}

/** A stage never touches HTTP: it returns what should happen, and the engine does it. */
export type Outcome<M = unknown> =
  | { readonly go: 'ask'; readonly screen: Screen; readonly keep?: M; readonly proof?: string }
  | { readonly go: 'pass'; readonly proof?: string; readonly know?: readonly Known[]; readonly do?: readonly Effect[] }
  | { readonly go: 'retry'; readonly errors: Readonly<Record<string, Message>>; readonly signals?: readonly Signal[] }
  | { readonly go: 'deny'; readonly why: Message; readonly byUser?: boolean }

/** Shows a screen and waits. `keep` is stored on the server until the answer. `proof`: what the answer before proved, where the step is not at its end yet. */
export const ask = <M>(screen: Screen, more: { readonly keep?: M; readonly proof?: string } = {}): Outcome<M> => ({
  go: 'ask',
  screen,
  ...more,
})
/**
 * On to the next step. `proof` names what the answer proved, one of the stage's `proves`: the engine records it only for an answer to a
 * challenge that this run issued and has consumed. `know` adds facts, `do` effects for the run's end.
 */
export const pass = (
  more: { readonly proof?: string; readonly know?: readonly Known[]; readonly do?: readonly Effect[] } = {},
): Outcome<never> => ({ go: 'pass', ...more })
/**
 * Asks again, with errors by field name; `''` is the whole form. Counts as a failed attempt where the stage proves something. `signals`: told to the
 * browser on the page that asks again, beside what is shown there.
 */
export const retry = (errors: Readonly<Record<string, Message>>, more: { readonly signals?: readonly Signal[] } = {}): Outcome<never> => ({
  go: 'retry',
  errors,
  ...more,
})
/** Ends the run. `byUser`: it was the user's own wish, so the application is told at once, without a page in between. */
export const deny = (why: Message, more: { readonly byUser?: boolean } = {}): Outcome<never> => ({ go: 'deny', why, ...more })

/** Written as a method, whose parameters TypeScript compares both ways, so that each stage is a `Stage`, whatever its settings. */
type BySettings<S, T> = T | { of(settings: S): T }['of']

export type Stage<
  S extends TObject = any,
  A extends TObject = any,
  M = any,
  N extends readonly Fact[] = any,
  U extends Use = any,
> = Configurable<S> & {
  /** What the browser sends back. Checked before `submit` is called; what it does not name is dropped. */
  readonly answer: BySettings<Static<S>, A>
  /** Facts that must be known before, and facts that are known after. */
  readonly needs?: BySettings<Static<S>, N>
  readonly gives?: BySettings<Static<S>, readonly Fact[]>
  /** Proofs that this stage may record, e.g. `pwd`. Attempts are limited where this is not empty. */
  readonly proves?: readonly string[]
  /** Delegates to authenticators: what their parts prove, it may prove. What it keeps is sealed where it is stored. */
  readonly authenticators?: boolean
  /** Ends every run that comes to it, so nothing that follows is ever reached. */
  readonly ends?: boolean
  readonly use?: U
  /** Called for every showing of the page, so it must be safe to repeat; it may `pass` a step that needs no answer, never with a proof. */
  show(ctx: StageContext<Static<S>, N[number], M, U>): Outcome<M> | Promise<Outcome<M>>
  /** Called once for each answer that fits the `answer` schema and belongs to the open challenge. */
  submit(ctx: StageContext<Static<S>, N[number], M, U>, answer: Static<A>): Outcome<M> | Promise<Outcome<M>>
}

export const defineStage = <
  S extends TObject,
  A extends TObject,
  M extends Json = null,
  const N extends readonly Fact[] = readonly [],
  U extends Use = {},
>(
  stage: Stage<S, A, M, N, U>,
): Stage<S, A, M, N, U> => Object.freeze(stage)
