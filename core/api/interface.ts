import type { Message } from './base.ts'

/**
 * Pages that run in the browser and use the HTTP API, as every other client does: `index.html` beside the plugin, built with Vite at installation.
 * Whoever is signed in may load them; what they show is what the API lets that person see.
 */
export type Interface = {
  /** Also the name of the plugin's folder. */
  readonly kind: string
  /** Where it stands, with a slash at both ends, e.g. `/if/admin/`. Below it all addresses are the interface's own. */
  readonly path: string
  readonly title: Message
}
export const defineInterface = (item: Interface): Interface => Object.freeze(item)
