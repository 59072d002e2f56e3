import type { Holder, Signal } from 'sluice/plugin'
import type { Context } from './parts.ts'
import { handleOf, isUsable, rpIdOf } from './party.ts'
import type { Settings } from './settings.ts'
import { storedOf } from './stored.ts'

/** The longest id of a credential, in bytes (WebAuthn §7.1 step 25). */
export const longestId = 1023

/**
 * Tells the browser to offer a passkey no more that nobody has here (WebAuthn Level 3 §5.1.10.2). One of a disabled user is somebody's: they may be
 * enabled again, and then want it.
 */
export const unknownCredential = async (
  { request, use }: Pick<Context, 'request' | 'use'>,
  credentialId: string,
): Promise<{ readonly signals?: readonly Signal[] }> =>
  !isUsable(request) || Buffer.from(credentialId, 'base64url').length > longestId || (await use.devices.has(credentialId))
    ? {}
    : { signals: [{ call: 'unknown-credential', options: { rpId: rpIdOf(request), credentialId } }] }

/** Which passkeys of a user are accepted, and how providers show them (§5.1.10.3, §5.1.10.4). */
export const signals = ({ request, user, devices }: Holder<Settings>): readonly Signal[] => {
  if (!isUsable(request)) return []
  const whose = { rpId: rpIdOf(request), userId: handleOf(user.id) }
  return [
    { call: 'all-accepted-credentials', options: { ...whose, allAcceptedCredentialIds: devices.map((one) => storedOf(one).credential) } },
    { call: 'current-user-details', options: { ...whose, name: user.username, displayName: user.name || user.username } },
  ]
}
