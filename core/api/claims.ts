import type { Json } from './base.ts'
import type { Application } from './protocol.ts'

declare const compiled: unique symbol

/** What an object of `scopeMappings` brings: a scope that applications may ask for, and what it tells them about the user. */
export type MappedScope = {
  readonly scope: string
  /** For the user who is asked to allow it. */
  readonly description: string
  readonly claims: readonly string[]
  readonly [compiled]: true
}

/** Whom claims are about and who is told. A grant says `userId` and `sessionId`. */
export type ClaimsWish = {
  /** Of the provider. */
  readonly mappings: readonly MappedScope[]
  readonly scopes: readonly string[]
  /** `token`: only what a mapping lets into tokens, which travel through browsers and logs. */
  readonly where: 'token' | 'answer'
  readonly userId: string
  readonly sessionId: string
  readonly application: Application
  readonly request: { readonly id?: string; readonly ip: string; readonly userAgent: string; readonly origin: string }
}

/** What the configured mappings tell about a user. A claim without a value, and one whose expression fails, is left out; the latter is logged. */
export type MappedClaims = { of(wish: ClaimsWish): Promise<Readonly<Record<string, Json>>> }
