import { ports, Type, type ProtocolContext, type Provider, type Static, type Used } from 'sluice/plugin'
import type { Settings, settings } from './settings.ts'

export type { Settings }

export const use = {
  clock: ports.clock,
  log: ports.log,
  users: ports.users,
  keys: ports.keys,
  store: ports.store,
  grants: ports.grants,
  events: ports.events,
  claims: ports.claims,
  consents: ports.consents,
  http: ports.http,
}
export type Uses = Used<typeof use>

/** What is kept of an authorization request while the user signs in. */
export const parked = Type.Object({
  redirectUri: Type.String(),
  mode: Type.Enum(['query', 'fragment', 'form_post']),
  /** Those that are granted: asked for, known and allowed. */
  scopes: Type.Array(Type.String()),
  state: Type.Optional(Type.String()),
  nonce: Type.Optional(Type.String()),
  /** Of authentication, as asked for. */
  levels: Type.Optional(Type.Array(Type.String())),
  /** PKCE, S256 (RFC 7636). */
  challenge: Type.Optional(Type.String()),
})
export type Parked = Static<typeof parked>

export type OidcProvider = Provider<Settings>
export type Context = ProtocolContext<Static<typeof settings>, Parked, typeof use>
