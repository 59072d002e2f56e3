import { durationSeconds } from './duration.ts'
import type { SessionSettings } from './kinds.ts'
import type { DefaultFlows, Items } from './types.ts'

const shippedDefaults: DefaultFlows = {
  authentication: 'default-authentication',
  authorization: 'default-authorization-implicit-consent',
  invalidation: 'default-invalidation',
  passwordChange: 'default-password-change',
}

/** What settings say for all: `lifetime` of sessions in seconds where a flow says nothing. */
export const linkSettings = (items: Items): { readonly lifetime: number | undefined; readonly defaultFlows: DefaultFlows } => {
  const { lifetime } = (items.get('sessions')?.spec ?? {}) as SessionSettings
  const flows = (items.get('flows')?.spec ?? {}) as Partial<DefaultFlows>
  return {
    lifetime: lifetime === undefined ? undefined : durationSeconds(lifetime),
    defaultFlows: { ...shippedDefaults, ...flows },
  }
}
