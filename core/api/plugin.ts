import type { Authenticator } from './authenticator.ts'
import type { Interface } from './interface.ts'
import type { Policy } from './policy.ts'
import type { Protocol } from './protocol.ts'
import type { Sink } from './sink.ts'
import type { Stage } from './stage.ts'

/** A message catalogue: ICU MessageFormat by key, per language. Keys start with the plugin's id. `en` is complete. */
export type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Everything a plugin brings. Importing one does nothing: this is data, read by core, docs and tests alike. */
export type Plugin = {
  readonly id: string
  readonly version: string
  /** The range of plugin API versions it was written for, e.g. `^1`. Outside it, the plugin is refused. */
  readonly api: string
  /** Other plugins, by id, that must be loaded too. */
  readonly needs?: readonly string[]
  readonly stages?: readonly Stage[]
  readonly authenticators?: readonly Authenticator[]
  readonly policies?: readonly Policy[]
  readonly protocols?: readonly Protocol[]
  readonly sinks?: readonly Sink[]
  readonly interfaces?: readonly Interface[]
  readonly messages?: Messages
}
export const definePlugin = (plugin: Plugin): Plugin => Object.freeze(plugin)
