import type { Json, Message } from '../api/index.ts'
import type { Tx } from './tables.ts'

/** What the audit log says of an effect: of whom it is, and the names of the fields that it wrote, never values. */
export type Audited = { readonly action: string; readonly userId: string; readonly fields: readonly string[] }

/**
 * Writes one effect of a run in the transaction that closes the run, and says what the audit log has to know of it. `now` in epoch milliseconds;
 * `keep`: the id of a session that goes on where the effect ends sessions. Throws `Conflict` if it cannot be made.
 */
export type EffectHandler = (tx: Tx, data: Json, now: number, keep?: string) => Promise<Audited | void>
/** Handlers by the name of the effect. */
export type EffectHandlers = Readonly<Record<string, EffectHandler>>

/** An effect that people can repair: what is wrong, by field name. */
export class Conflict extends Error {
  readonly errors: Readonly<Record<string, Message>>
  constructor(errors: Readonly<Record<string, Message>>) {
    super(`conflict in ${Object.keys(errors).join(', ')}`)
    this.name = 'Conflict'
    this.errors = errors
  }
}
