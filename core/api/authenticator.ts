import type { Static, TObject } from 'typebox'
import type { Configurable, Effect, Json, Message, Use } from './base.ts'
import type { user } from './facts.ts'
import type { User } from './ports.ts'
import type { Signal } from './screen.ts'
import type { Outcome, RequestView, StageContext } from './stage.ts'

/** What a proof rests on (NIST SP 800-63-4): something known, something held, something that one is. Two different ones are two factors. */
export type Factor = 'knowledge' | 'possession' | 'inherence'

/** Something that a user has enrolled with an authenticator. `data` is the authenticator's own, sealed at rest, and may hold secrets. */
export type Device<D extends Json = Json> = {
  readonly id: string
  readonly userId: string
  /** As its owner calls it. */
  readonly name: string
  readonly data: D
  /** Changes with every use. */
  readonly version: number
  readonly createdAt: Date
  readonly lastUsedAt: Date | undefined
}

/** The devices of one authenticator: whoever asks for this port gets those of their own kind alone. Only authenticators may. */
export type Devices = {
  /** Those of a user, in the order in which they were enrolled. */
  of(userId: string): Promise<readonly Device[]>
  /** The one that was enrolled under this key, whose user is enabled. */
  find(key: string): Promise<Device | undefined>
  /** Is one enrolled under this key, be its user enabled or not? */
  has(key: string): Promise<boolean>
  /** Enrols a device. `key` is unique among those of the authenticator, e.g. a credential's id: it conflicts where it is taken. */
  add(userId: string, device: { readonly name: string; readonly data: Json; readonly key?: string }): Effect
  /**
   * Notes that a device was used, now, and keeps `data` in place of what it had: at once, not at the run's end. Of any number of parallel
   * callers that have read the same version exactly one gets `true`: a code or a counter that is used up is so for all others.
   */
  use(device: Pick<Device, 'id' | 'version'>, data: Json): Promise<boolean>
}

/** What a part of an authenticator sees: a stage's context, with the devices of this kind that the user has. Its settings are the authenticator's. */
export type PartContext<S, M, U extends Use> = StageContext<S, typeof user, M, U> & {
  /** In the order in which they were enrolled. None while nobody is known. */
  readonly devices: readonly Device<any>[]
}

/** One thing that an authenticator does, shaped as a stage: it shows a screen, takes an answer, and says what it proves. */
export type Part<S = any, A extends TObject = any, M = any, U extends Use = any> = {
  /** What the browser sends back. Checked before `submit` is called; what it does not name is dropped. */
  readonly answer: A
  /** Safe to repeat, as a stage's. */
  show(ctx: PartContext<S, M, U>): Outcome<M> | Promise<Outcome<M>>
  /** A wrong answer is `retry`, and counts as an attempt of the user; `ask` is for an answer that was no try. */
  submit(ctx: PartContext<S, M, U>, answer: Static<A>): Outcome<M> | Promise<Outcome<M>>
}
/** `M`: what the part keeps between showing and answer; it is sealed where it is stored, so it may hold secrets. */
export const definePart = <S, A extends TObject, M extends Json = null, U extends Use = {}>(part: Part<S, A, M, U>): Part<S, A, M, U> =>
  Object.freeze(part)

/** A user with all that they have enrolled with an authenticator. `settings`: the authenticator's. */
export type Holder<S> = {
  readonly settings: S
  readonly request: RequestView
  readonly user: Pick<User, 'id' | 'username' | 'name'>
  readonly devices: readonly Device<any>[]
}

/**
 * What `GET /.well-known/<name>` answers (RFC 8615), to anybody and as JSON: from the settings, so it must hold nothing secret. Undefined: 404, as where
 * the authenticator is not enabled. `request.origin` is the one that was asked.
 */
export type WellKnown<S> = {
  tell(settings: S, request: RequestView): Json | undefined
}['tell']

/**
 * A way to prove who one is that users enrol and manage themselves: enrol, verify, and what lists say of a device. Stages such as
 * `second-factor` show whichever are loaded and enabled.
 */
export type Authenticator<S extends TObject = any, U extends Use = any> = Configurable<S> & {
  /** As people see it, e.g. "Authenticator app". */
  readonly label: Message
  /** Said below the label where one is chosen. */
  readonly description: Message
  readonly use?: U
  /** Methods that its parts may prove, e.g. `totp`, and what each rests on. */
  proves(settings: Static<S>): Readonly<Record<string, readonly Factor[]>>
  /** For whoever cannot use the others: having only this is not having a second factor. */
  readonly backup?: boolean
  /** A user has one at most: enrolling again replaces it. */
  readonly single?: boolean
  /** May this user enrol one? Everybody may where it is not there. */
  offers?(ctx: PartContext<Static<S>, never, U>): boolean | Promise<boolean>
  /**
   * Can this user prove it now, with what they have? Else why not and what to do, for whoever has no other way. Everybody can where it is not there. Asked
   * wherever it would be offered, of users who have one: it changes nothing.
   */
  usable?(ctx: PartContext<Static<S>, never, U>): true | Message | Promise<true | Message>
  /** Sets one up. Passes with the effect that enrols it, and with a proof where setting up proved something. */
  readonly enrol: Part<Static<S>, any, any, U>
  /** Proves that whoever is there has it. `devices` is never empty. */
  readonly verify: Part<Static<S>, any, any, U>
  /** Says who it is and proves it at once: offered on the page where users say who they are. Its fields and the page's must not have one name. */
  readonly identify?: Part<Static<S>, any, any, U>
  /** What lists say of a device beside its name, without secrets. */
  describe?(device: Device<any>): Message
  /**
   * What the browser of a user who is signed in tells its passkey providers, e.g. which passkeys are accepted: whenever they come to their portal, and
   * when they have changed something there. Not asked where a device of theirs cannot be opened, so what is missing in `devices` is gone.
   */
  signals?(holder: Holder<Static<S>>): readonly Signal[]
  /** By name, e.g. `webauthn`. Two plugins that claim one name refuse to start. */
  readonly wellKnown?: Readonly<Record<string, WellKnown<Static<S>>>>
}

export const defineAuthenticator = <S extends TObject, U extends Use = {}>(authenticator: Authenticator<S, U>): Authenticator<S, U> =>
  Object.freeze(authenticator)

/** An authenticator that is enabled, as stages that delegate to authenticators see it. */
export type AuthenticatorView = {
  readonly kind: string
  readonly label: Message
  readonly description: Message
  readonly backup: boolean
  readonly canIdentify: boolean
  /** Methods that it may prove. */
  readonly methods: readonly string[]
}

/** A device without what its authenticator keeps of it. */
export type DeviceView = Omit<Device, 'data' | 'version'> & {
  readonly kind: string
  readonly description: Message | undefined
  /** It is there and proves nothing: what is kept of it cannot be opened (`unreadable`), or its authenticator breaks at it, or is out of use (`failing`). */
  readonly broken: 'unreadable' | 'failing' | undefined
}

/** A part, run for a stage that delegates. `kept` is what its last `ask` kept; the stage keeps it among its own. */
export type DelegatedPart = {
  show(kept?: Json): Promise<Outcome>
  /** An answer that does not fit the part's schema is a `retry`. What it proves the stage may prove, with this answer alone. Attempts are limited. */
  submit(answer: object, kept?: Json): Promise<Outcome>
}

/** What is asked of a sign-in, and by whom. */
export type Demand = {
  /** `application`: by its level; `settings`: all users need a second factor; `step`: as the step says. */
  readonly by: 'application' | 'settings' | 'step'
  /** Would what was proved, with these methods beside it, be enough? */
  isMet(also?: readonly string[]): boolean
}

/** Authenticators, for a stage that says `authenticators: true`. */
export type Authenticating = {
  /** Those that are enabled, in the order of the configuration. */
  readonly enabled: readonly AuthenticatorView[]
  /** Of the user whom the run is about, the last used first. */
  devices(): Promise<readonly DeviceView[]>
  /** May the user enrol one of this kind? */
  offers(kind: string): Promise<boolean>
  /** Can the user prove one of this kind now, of those that they have? Else why not, and what to do. */
  usable(kind: string): Promise<true | Message>
  part(kind: string, part: 'enrol' | 'verify' | 'identify'): DelegatedPart
  /** What is asked for. `always`: the step itself asks for two factors. Undefined: nothing is. */
  demand(options?: { readonly always?: boolean }): Demand | undefined
  /** How many different factors were proved, with these methods beside what was. */
  factors(also?: readonly string[]): number
  /** How long this browser may be trusted, in seconds; 0: not at all. */
  readonly trust: number
  /** Is this browser trusted by the user, or did they prove a second factor here a short while ago, as the settings allow? Never where a fresh proof is asked for. */
  readonly isTrusted: boolean
  /** Until when whoever has no second factor may leave it at that; undefined: no longer, or they need not have one. */
  graceUntil(): Promise<Date | undefined>
}
