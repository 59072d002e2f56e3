import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import type { Span, Told } from './span.ts'

/**
 * What is measured. `request`: one of HTTP. `run`: one request's part of a run of a flow. `step`: a stage shown or answered. `condition`: a `when`, a branch or
 * an access rule; `policy`: one binding of it. `store`: short-lived state. `hash-wait`: a password hash that waits for a core. `call`: what goes to other servers.
 */
export type Kind = 'request' | 'run' | 'step' | 'condition' | 'policy' | 'database' | 'store' | 'hash-wait' | 'hash' | 'mail' | 'call'

/** A piece of work that has ended. `name` and `outcome` are of few values: they become labels. */
export type Done = { readonly kind: Kind; readonly name: string; readonly outcome: string; readonly ms: number }
/** Something that happened once. */
export type Counted = { readonly what: 'run' | 'session' | 'token' | 'event'; readonly name: string; readonly outcome: string }

/** Milliseconds by kind. Work inside of other work counts for both, e.g. a statement for `database` and for the `step` that made it. */
export type Spent = Partial<Record<Kind, number>>

/** What goes on around a line of code: the request's span, or that of a part of it, and what is spent meanwhile. */
export type Frame = {
  readonly span: Span | undefined
  readonly spent: Spent | undefined
  /** When the account began, of `performance.now()`. */
  readonly since?: number
  /** Nothing in it is measured: it is a rehearsal. */
  readonly muted?: boolean
}

const scope = new AsyncLocalStorage<Frame>()
/** Everything that ends goes over these two; who counts subscribes. Without subscribers they cost nothing. */
export const doneChannel = channel('sluice:done')
export const countedChannel = channel('sluice:counted')

export const within = <T>(frame: Frame, work: () => T): T => scope.run(frame, work)
export const frameNow = (): Frame | undefined => scope.getStore()

/** Work that is for several requests, or goes on after this one: it is measured, and is no part of it. */
export const apart = <T>(work: () => T): T => scope.exit(work)

/** Work that never really happens, e.g. a simulation: it is in no number and no trace. */
export const unmeasured = <T>(work: () => T): T => scope.run({ span: undefined, spent: undefined, muted: true }, work)

/** Tells that a piece of work has ended, which began at `started` of `performance.now()`. */
export const ended = (frame: Frame | undefined, kind: Kind, name: string, outcome: string, started: number): void => {
  const ms = performance.now() - started
  if (frame?.spent) frame.spent[kind] = (frame.spent[kind] ?? 0) + ms
  if (doneChannel.hasSubscribers) doneChannel.publish({ kind, name, outcome, ms } satisfies Done)
}

type How<T> = {
  /** In one word; `ok` unless it throws, which is `error`. */
  readonly outcome?: (result: T) => string
  /** What a trace tells of it beyond its name. Asked only where there is one. No secrets, and nothing that somebody typed. */
  readonly told?: () => Told
}

/** Does a piece of work, and tells how long it took. What is measured in it is part of it in traces. */
export const measure = async <T>(kind: Kind, name: string, work: () => Promise<T> | T, { outcome, told }: How<T> = {}): Promise<T> => {
  const frame = scope.getStore()
  if (frame?.muted) return work()
  const span = frame?.span?.child(kind, name, told)
  const started = performance.now()
  let how = 'error'
  try {
    const result = await (frame && span ? scope.run({ ...frame, span }, work) : work())
    how = outcome ? outcome(result) : 'ok'
    return result
  } finally {
    ended(frame, kind, name, how, started)
    span?.end(how)
  }
}

/** Counts something that happened. */
export const count = (what: Counted['what'], name = '', outcome = ''): void => {
  if (countedChannel.hasSubscribers && !scope.getStore()?.muted) countedChannel.publish({ what, name, outcome } satisfies Counted)
}

/** Does work and keeps an account of its own of what is spent in it, beside that of the request. */
export const accounting = async <T>(work: () => Promise<T>): Promise<T> => {
  const around = scope.getStore()
  if (around?.muted) return work()
  const spent: Spent = {}
  try {
    return await scope.run({ span: around?.span, spent, since: performance.now() }, work)
  } finally {
    if (around?.spent) addSpent(around.spent, spent)
  }
}

/** What the account that is kept here says up to now; `run` is the time since it began. */
export const spentNow = (): Spent => {
  const { spent, since } = scope.getStore() ?? {}
  return spent && since !== undefined ? { ...spent, run: performance.now() - since } : {}
}

export const addSpent = (to: Spent, more: Spent): Spent => {
  for (const [kind, ms] of Object.entries(more) as [Kind, number][]) to[kind] = (to[kind] ?? 0) + ms
  return to
}
