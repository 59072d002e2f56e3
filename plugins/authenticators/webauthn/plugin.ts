import { defineAuthenticator, definePlugin, msg } from 'sluice/plugin'
import { identify } from './identify.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { use } from './parts.ts'
import { isUsable, relatedOriginsOf } from './party.ts'
import { enrol } from './registration.ts'
import { check, settings } from './settings.ts'
import { signals } from './signals.ts'
import { describe } from './stored.ts'
import { verify } from './verify.ts'

export const authenticator = defineAuthenticator({
  kind: 'webauthn',
  label: msg('webauthn.title'),
  description: msg('webauthn.description'),
  settings,
  check,
  use,
  proves: ({ userVerificationCounts }) => ({
    passkey: userVerificationCounts ? ['possession', 'inherence'] : ['possession'],
    'security-key': ['possession'],
  }),
  offers: ({ request }) => isUsable(request),
  enrol,
  verify,
  identify,
  describe,
  signals,
  wellKnown: { webauthn: relatedOriginsOf },
})

export default definePlugin({ id: 'webauthn', version: '1.0.0', api: '^1', authenticators: [authenticator], messages: { en, de } })
