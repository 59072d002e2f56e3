import { type PartContext, ports, Type } from 'sluice/plugin'
import type { Settings } from './settings.ts'

/** What a part keeps between its page and the answer: the challenge, in base64url. */
export type Kept = { readonly challenge: string }

/** A credential, as text: `PublicKeyCredential.toJSON()`. */
export const answer = Type.Object({ credential: Type.String() })
export type Answer = typeof answer

export const use = { devices: ports.devices, users: ports.users, log: ports.log }
export type Uses = typeof use
export type Context = PartContext<Settings, Kept, Uses>
