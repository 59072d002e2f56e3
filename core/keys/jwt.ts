import type { Claims } from '../api/index.ts'

/** Longer ones are refused before anything is decoded. */
const maxLength = 16_384
/** How far clocks may differ, in seconds. */
const leeway = 5

/** A compact JWS (RFC 7515 §7.1), taken apart and not verified. `header` is still encoded. */
export type Parts = { readonly header: string; readonly payload: Buffer; readonly signature: Buffer; readonly signed: Buffer }

export const encodeSegment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The bytes, or `undefined` where the text is not exactly what encoding them gives: one token has one spelling. */
const decodeSegment = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

export const partsOf = (jws: string): Parts | undefined => {
  if (typeof jws !== 'string' || jws.length > maxLength) return undefined
  const segments = jws.split('.')
  const [header, payloadText, signatureText] = segments
  if (segments.length !== 3 || !header || !payloadText || !signatureText) return undefined
  const payload = decodeSegment(payloadText)
  const signature = decodeSegment(signatureText)
  if (!payload || !signature) return undefined
  return { header, payload, signature, signed: Buffer.from(`${header}.${payloadText}`) }
}

/** The claims of a verified payload, or `undefined` where it is no JSON object. */
export const claimsOf = (payload: Buffer): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Claims) : undefined
  } catch {
    return undefined
  }
}

/** A time in claims (NumericDate, RFC 7519 §2), as we write it: whole seconds. */
const isInstant = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export type Expected = { readonly issuer: string; readonly audience?: string; readonly ignoreExpiry?: boolean }

/** Do the claims say what is expected (RFC 7519 §4.1), at `now` (epoch ms)? Without `exp` only where expiry is ignored. */
export const acceptable = (claims: Claims, expected: Expected, now: number): boolean => {
  const { iss, aud, exp, nbf } = claims
  const seconds = now / 1000
  if (iss !== expected.issuer) return false
  if (expected.audience !== undefined && aud !== expected.audience && !(Array.isArray(aud) && aud.includes(expected.audience))) return false
  if (exp !== undefined && !isInstant(exp)) return false
  if (!expected.ignoreExpiry && (exp === undefined || exp + leeway <= seconds)) return false
  return nbf === undefined || (isInstant(nbf) && nbf - leeway <= seconds)
}
