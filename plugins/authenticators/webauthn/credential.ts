import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

/** Characters of an answer. The largest attestations, with their certificates, take a fifth of it. */
const longest = 100_000
const base64url = /^[A-Za-z0-9_-]+$/

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isBytes = (value: unknown): value is string => typeof value === 'string' && base64url.test(value)

/**
 * What the page says that it asked for. Pages of ours stand in no frame, so an answer that was asked for in a frame of another's page was asked for
 * by somebody else (WebAuthn §7.1 step 10, §7.2 step 13).
 */
const isFramed = (clientDataJSON: string): boolean => {
  const data = parsed(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
  return !isFields(data) || data['crossOrigin'] === true || data['topOrigin'] !== undefined
}

/** The credential and its response, if all that every answer has is there. */
const credentialIn = (text: string): { readonly id: string; readonly response: Fields; readonly clientDataJSON: string } | undefined => {
  if (text.length > longest) return undefined
  const credential = parsed(text)
  if (!isFields(credential) || !isFields(credential['response'])) return undefined
  const { id, rawId, type, response } = credential
  const { clientDataJSON } = response
  if (!isBytes(id) || rawId !== id || type !== 'public-key' || !isBytes(clientDataJSON) || isFramed(clientDataJSON)) return undefined
  return { id, response, clientDataJSON }
}

/** How a browser reaches an authenticator (WebAuthn §5.8.4). */
const transports = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
export type Transport = (typeof transports)[number]

/** A new credential (`RegistrationResponseJSON`), of which only what is looked at is left, or nothing if something is missing or of another type. */
export const registrationIn = (
  text: string,
): { readonly credential: RegistrationResponseJSON; readonly transports: readonly Transport[] } | undefined => {
  const found = credentialIn(text)
  if (!found) return undefined
  const { id, clientDataJSON, response } = found
  const { attestationObject, transports: told } = response
  if (!isBytes(attestationObject)) return undefined
  return {
    credential: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON, attestationObject } },
    transports: Array.isArray(told) ? transports.filter((one) => told.includes(one)) : [],
  }
}

/** A proof by a credential (`AuthenticationResponseJSON`), likewise. */
export const assertionIn = (text: string): AuthenticationResponseJSON | undefined => {
  const found = credentialIn(text)
  if (!found) return undefined
  const { id, clientDataJSON, response } = found
  const { authenticatorData, signature, userHandle } = response
  if (!isBytes(authenticatorData) || !isBytes(signature)) return undefined
  // Security keys that are no passkeys know of no user: browsers then send null or leave it out.
  if (userHandle != null && !isBytes(userHandle)) return undefined
  const handle = userHandle == null ? {} : { userHandle }
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, authenticatorData, signature, ...handle },
  }
}
