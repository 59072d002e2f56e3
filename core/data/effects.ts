import type { Json, Message } from '../api/index.ts'
import type { Tx } from './tables.ts'

/**
 * Writes one effect of a run in the transaction that closes the run. `now` in epoch milliseconds; `keep`: the id of a session that goes on where the
 * effect ends sessions. Throws `Conflict` if it cannot be made.
 */
export type EffectHandler = (tx: Tx, data: Json, now: number, keep?: string) => Promise<void>
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
