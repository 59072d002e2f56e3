import { definePlugin, defineProtocol } from 'sluice/plugin'
import { metadataMount, mount } from './addresses.ts'
import { finish } from './authorize/finish.ts'
import { refused } from './authorize/refused.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { routes } from './routes.ts'
import { check, settings } from './settings.ts'
import { parked, use } from './types.ts'

/** OpenID Connect Core 1.0 and OAuth 2.0 (RFC 6749) as the authorization code flow. */
export const protocol = defineProtocol({
  kind: 'oidc',
  settings,
  check,
  index: ['clientId'],
  request: parked,
  mounts: [mount, metadataMount],
  use,
  routes,
  finish,
  refused,
})

export default definePlugin({ id: 'oidc', version: '1.0.0', api: '^1', protocols: [protocol], messages: { en, de } })
