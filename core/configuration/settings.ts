import { durationSeconds } from './duration.ts'
import type { SessionSettings } from './kinds.ts'
import type { ApplicationFlows, Items } from './types.ts'

const shippedDefaults: ApplicationFlows = {
  authentication: 'default-authentication',
  authorization: 'default-authorization-implicit-consent',
  invalidation: 'default-invalidation',
}

/** What settings say for all: `lifetime` of sessions in seconds where a flow says nothing. */
export const linkSettings = (items: Items): { readonly lifetime: number | undefined; readonly defaultFlows: ApplicationFlows } => {
  const { lifetime } = (items.get('sessions')?.spec ?? {}) as SessionSettings
  const flows = (items.get('flows')?.spec ?? {}) as Partial<ApplicationFlows>
  return {
    lifetime: lifetime === undefined ? undefined : durationSeconds(lifetime),
    defaultFlows: { ...shippedDefaults, ...flows },
  }
}
