import type { Static, TObject } from 'typebox'

declare const type: unique symbol

/** A service that core offers and a plugin may ask for. Asking is the permission: no port, no access. */
export type Port<T> = {
  readonly id: string
  /** Must be granted by the operator to a plugin that is not part of Sluice. */
  readonly strong?: true
  readonly [type]: T
}
export const definePort = <T>(id: string, more: { readonly strong?: true } = {}): Port<T> => Object.freeze({ id, ...more }) as Port<T>

export type Use = Readonly<Record<string, Port<any>>>
export type Used<U extends Use> = { readonly [K in keyof U]: U[K] extends Port<infer T> ? T : never }

/** What can be stored and sent: facts, kept state, effects and parked requests are all of this. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A named, typed thing that a run of a flow has established, e.g. who the user is. Always plain JSON. */
export type Fact<T = any> = {
  readonly name: string
  readonly schema: TObject
  /** Never shown to conditions, and so in no reason, trace or log. */
  readonly secret: boolean
  readonly [type]: T
}
export type Known = { readonly fact: string; readonly value: unknown }
export const defineFact = <S extends TObject>(name: string, schema: S, options: { readonly secret?: boolean } = {}): Fact<Static<S>> =>
  Object.freeze({ name, schema, secret: options.secret ?? false }) as unknown as Fact<Static<S>>
export const know = <T>(fact: Fact<T>, value: T): Known => ({ fact: fact.name, value })

/**
 * Text for people. A plugin's own text is a key into its message catalogue, never a sentence, so that it can be translated;
 * what an operator wrote (a field's label, an application's name) is shown as it is.
 */
export type Message = { readonly key: string; readonly params?: Readonly<Record<string, string | number>> } | { readonly text: string }
export const msg = (key: string, params?: Readonly<Record<string, string | number>>): Message => (params ? { key, params } : { key })
/** Text that an operator wrote in the configuration. */
export const literal = (text: string): Message => ({ text })

/**
 * Something to be written when the run ends, as data: made by a port (`use.accounts.create(…)`), committed by core with all the
 * run's other effects and its session in one transaction, listed and not made by a simulation.
 */
export type Effect = {
  readonly effect: string
  readonly data: Json
  /** The fact whose step is asked again should the effect conflict, e.g. `data` where a user name was typed that somebody took meanwhile. */
  readonly back?: string
}

/** What every configurable thing has in common. */
export type Configurable<S extends TObject> = {
  /** Its name within its family, as configuration says it: `type: password`. A stored name: never renamed. */
  readonly kind: string
  /** One schema: JSON column, REST API, admin form, YAML and the type of `ctx.settings`. Every property has a title and a description. */
  readonly settings: S
  /** `upgrades[0]` turns settings saved at version 0 into version 1, and so on. The current version is their number. */
  readonly upgrades?: readonly ((old: any) => Record<string, unknown>)[]
  /** Errors in settings that a schema cannot say. `pointer` (RFC 6901) is that of the value to be changed. */
  check?(settings: Static<S>): readonly { readonly pointer: string; readonly message: string }[]
}
