import type { Devices } from './authenticator.ts'
import { definePort, type Effect, type Json } from './base.ts'
import type { MappedClaims } from './claims.ts'
import type { Http } from './http.ts'
import type { AuditEvent } from './sink.ts'
import type { RequestView } from './stage.ts'

export type Clock = { now(): Date }

/** Structured log. Fields named like secrets are redacted; do not put secrets into the text. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, text: string) => void>>

/** A user as the directory knows it. `groups` are slugs, with those of parent groups; `enabled: false` may not sign in. */
export type User = {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly enabled: boolean
  readonly groups: readonly string[]
  readonly attributes: Readonly<Record<string, Json>>
  readonly updatedAt: Date
}
export type Identifier = 'username' | 'email'

export type Users = {
  get(id: string): Promise<User | undefined>
  /** User names match regardless of case and Unicode form (NFKC); an e-mail address that several users share finds nobody. */
  find(identifier: string, by: readonly Identifier[]): Promise<User | undefined>
}

/** What a new or changed user has. A user name has 1–150 characters and no control characters or spaces at its ends. */
export type UserFields = {
  readonly username: string
  readonly name?: string
  readonly email?: string
  readonly attributes?: Readonly<Record<string, Json>>
}
export type UsersWrite = {
  /** The new user's id is known at once, so that later effects can name it. Conflicts with a user name that is taken. */
  create(
    fields: UserFields,
    options?: { readonly roles?: readonly string[]; readonly groups?: readonly string[]; readonly back?: string },
  ): { readonly id: string; readonly effect: Effect }
  update(id: string, fields: Partial<UserFields>, options?: { readonly back?: string }): Effect
}

export type Passwords = {
  /**
   * Is this the user's password? Always costs exactly one Argon2id verification: for `undefined`, for a user without a password and for
   * a disabled one the answer is `false` after a verification against a dummy hash.
   */
  verify(userId: string | undefined, password: string): Promise<boolean>
  /** Has this user a password? Not to be told to whoever has only said to be that user. */
  has(userId: string): Promise<boolean>
  /** Argon2id in PHC format, of the NFC form. Costs one hash. */
  hash(password: string): Promise<string>
  /**
   * Sets the password; ends the user's other sessions and all their grants. Where there was one before, only a run that has proved who the user is
   * may do so: their session does not suffice.
   */
  set(userId: string, hash: string): Effect
}

export type Consents = {
  /** Has the user allowed this application all of these scopes before? */
  covers(userId: string, application: string, scopes: readonly string[]): Promise<boolean>
  /** Remembers that they have. */
  allow(userId: string, application: string, scopes: readonly string[]): Effect
}

/**
 * Short-lived state, every entry with a lifetime in seconds. Keys are the plugin's own. Values are JSON. All calls are atomic, on every
 * store. The process' clock decides lifetimes.
 */
export type Store = {
  put(key: string, value: Json, ttl: number): Promise<void>
  get(key: string): Promise<{ readonly value: Json; readonly version: number } | undefined>
  /**
   * Removes and returns the value: of any number of callers exactly one gets `taken`. With `leave`, a tombstone stays until the entry's own
   * expiry, and later callers get it as `left`; with `keep`, they get the value.
   */
  take(
    key: string,
    options?: { readonly leave: Json } | { readonly keep: true },
  ): Promise<{ readonly taken: Json } | { readonly left: Json } | undefined>
  /** Writes if the entry is at `version` (`undefined`: if there is none) and says whether it did. */
  compareAndSet(key: string, version: number | undefined, value: Json, ttl: number): Promise<boolean>
  /** Adds to a counter (absent: 0) and returns the sum. The lifetime starts with the first call and is not extended. */
  increment(key: string, ttl: number, by?: number): Promise<number>
}

/** JWS algorithms (RFC 7518 §3.1, RFC 8037 §3.1). */
export type Algorithm = 'RS256' | 'ES256' | 'EdDSA'
export type Claims = Readonly<Record<string, unknown>>
export type Keys = {
  /** A compact JWS by the active key of this algorithm, `kid` in the header. `typ` becomes the header's. */
  sign(claims: Claims, options: { readonly alg: Algorithm; readonly typ?: string }): Promise<string>
  /** The claims of a JWS that one of our keys signed, is of this `typ`, from this issuer, for this audience, and current; else `undefined`. */
  verify(
    jws: string,
    expected: { readonly issuer: string; readonly typ?: string; readonly audience?: string; readonly ignoreExpiry?: boolean },
  ): Promise<Claims | undefined>
  /** Public keys as a JWK Set (RFC 7517 §5), next ones before their use, old ones until what they signed has expired. */
  jwks(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

/**
 * What an application was granted for a user: the family of all tokens that follow from one authorization. It dies with its session
 * unless `offline`, with the user's account, and when revoked; then all of its tokens are dead.
 */
export type Grant = {
  readonly id: string
  readonly userId: string
  readonly application: string
  readonly provider: string
  readonly sessionId: string
  /** The origin that it was given under; tokens are redeemed there only. */
  readonly origin: string
  readonly scopes: readonly string[]
  readonly offline: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  /** The protocol's own, e.g. `auth_time`, `nonce`. */
  readonly data: Json
}
export type Refreshed =
  | { readonly ok: true; readonly token: string; readonly grant: Grant }
  /** `raced`: replaced within the last 10 s by somebody holding the same token, the family lives. `reused`: later, the family is now revoked. */
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'raced' | 'reused' }

/** `user`: of a grant that is alive. `isCurrent`: no successor has replaced the token. */
export type GrantOfToken = { readonly grant: Grant; readonly user: User | undefined; readonly isCurrent: boolean }

export type Grants = {
  newId(): string
  /**
   * Records a grant, and gives it as recorded: it goes on with the session by which its user signed in at the browser again meanwhile.
   * `undefined`: the session is over, so the grant was never alive. Does nothing if it was recorded, or revoked, before.
   */
  open(grant: Grant): Promise<Grant | undefined>
  /** The grant with its user if it is alive: not revoked, not expired, its user enabled, its session open unless `offline`. */
  alive(id: string): Promise<{ readonly grant: Grant; readonly user: User } | undefined>
  /** Revokes it, also one that `open` has not reached yet: then `open` does nothing. */
  revoke(grant: Grant): Promise<void>
  /** The first refresh token of a grant. Call once, after `open`. */
  refreshToken(grant: Grant): string
  /** What a refresh token belongs to, if we made it; changes nothing. */
  ofRefreshToken(token: string): Promise<GrantOfToken | undefined>
  /** Replaces a refresh token by its successor: exactly one of any number of callers gets it. */
  rotate(token: string): Promise<Refreshed>
}

/** People that mail can be sent to. */
export type Recipients = {
  /** Addresses of the enabled members of a group, and of the groups inside it, each once, in order: at most 100. Undefined: there is no such group. */
  ofGroup(slug: string): Promise<readonly string[] | undefined>
}

/** Mail by the server of the settings. Operators can replace the templates. */
export type Mailing = Recipients & {
  /**
   * Tells one address of an event, by the template `event` in a language, e.g. `de`. `held`: it is the last one for a while. Throws an error to be
   * shown to operators if the mail server did not take it.
   */
  sendEvent(to: string, event: AuditEvent, options: { readonly locale: string; readonly held: boolean }): Promise<void>
  /**
   * Mails a user a link that opens a flow, at the address that the directory has. It works once, and is dead as soon as another was sent to them, or they
   * have another password or address. `undefined`, a disabled user and one without an address get none, for the same work; nor does anybody whose
   * address was sent too many within the hour. It is sent a moment later, and tried again for as long as it would work. `false`: there is no mail
   * server. Throws for a flow that is not for `recovery` with `entry: link`.
   */
  sendLink(userId: string | undefined, link: MailedLink): Promise<boolean>
  /** Is there a mail server? */
  canSend(): boolean
  /**
   * Mails a user a code to type, at the address that the directory has, provided that it is `to`. It is made when it is sent, and kept by core alone, so that
   * no plugin, job or log has it. One user, and one address, get ten in half an hour at most. Gives the name of the code, which is no secret. Throws for a
   * lifetime of more than an hour.
   */
  sendCode(userId: string, code: MailedCode): Promise<SentCode>
  /**
   * Was this the code of that name? Spaces do not count. Of any number of callers who have it exactly one gets `right`. `gone`: it was used, is too old, was
   * tried five times, or was not sent yet.
   */
  takeCode(name: string, code: string): Promise<'right' | 'wrong' | 'gone'>
}

export type MailedCode = {
  /** The address that the user must have, so that nothing goes anywhere else. */
  readonly to: string
  readonly digits: 6 | 8
  /** Seconds for which it works, from when it is sent. */
  readonly lifetime: number
  /** That of whoever is to type it: the mail is in its language. */
  readonly request: RequestView
}
/** `no-address`: the user is disabled, or does not have the address, or none. */
export type SentCode = { readonly sent: string } | { readonly refused: 'no-server' | 'no-address' | 'too-many' }

export type MailedLink = {
  /** The flow that it opens: a slug. */
  readonly flow: string
  /** Seconds for which it works, from when it is sent. */
  readonly lifetime: number
  /** That of whoever asked for it: the mail is in its language. */
  readonly request: RequestView
}

/** The way back in for people who forgot their password. */
export type Recovery = {
  /**
   * The path of the flow for it, that of the application, else of the settings. `undefined` where no mail can be sent, or somebody whom nobody
   * knows could not enter it.
   */
  path(from: { readonly request: RequestView; readonly application: { readonly slug: string } | undefined }): Promise<string | undefined>
}

/** Audit events. Never throws for the caller: a failed write is logged. */
export type Events = {
  record(event: {
    readonly action: string
    readonly userId?: string | undefined
    readonly application?: string | undefined
    readonly detail?: Json
    readonly request?: { readonly ip: string; readonly userAgent: string; readonly id?: string } | undefined
  }): Promise<void>
}

/**
 * Everything that core offers. Strong ports change who somebody is, or speak in Sluice's name: plugins from elsewhere get them by the
 * option `grants` only.
 */
export const ports = Object.freeze({
  clock: definePort<Clock>('clock'),
  log: definePort<Log>('log'),
  users: definePort<Users>('users'),
  usersWrite: definePort<UsersWrite>('users.write', { strong: true }),
  passwords: definePort<Passwords>('passwords', { strong: true }),
  consents: definePort<Consents>('consents', { strong: true }),
  store: definePort<Store>('store'),
  devices: definePort<Devices>('devices'),
  keys: definePort<Keys>('keys', { strong: true }),
  grants: definePort<Grants>('grants', { strong: true }),
  claims: definePort<MappedClaims>('claims'),
  events: definePort<Events>('events'),
  http: definePort<Http>('http'),
  mail: definePort<Mailing>('mail', { strong: true }),
  recovery: definePort<Recovery>('recovery'),
})
