import { generateSecret, generateURI, verifySync } from 'otplib'

/** How codes are made (RFC 6238): `period` in seconds. Fixed with the device: apps keep what the QR code said. */
export type Parameters = { readonly algorithm: 'sha1' | 'sha256' | 'sha512'; readonly digits: 6 | 8; readonly period: number }

/** Bytes of a secret: as long as the hash's output (RFC 4226 §4, R6; RFC 6238 §5.1). */
const secretBytes = { sha1: 20, sha256: 32, sha512: 64 } as const

/** A new secret in base32. */
export const newSecret = ({ algorithm }: Pick<Parameters, 'algorithm'>): string => generateSecret({ length: secretBytes[algorithm] })

/** What the QR code says: Google's Key URI Format, which all apps read. `:` parts issuer and account there, so neither may have one. */
export const addressOf = (
  secret: string,
  parameters: Parameters,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string => generateURI({ secret, ...parameters, issuer: issuer.replaceAll(':', ' '), label: account.replaceAll(':', ' ') })

/** In groups of four, to be typed. */
export const inGroups = (secret: string): string => secret.match(/.{1,4}/g)?.join(' ') ?? ''

type Check = Parameters & {
  readonly secret: string
  /** As typed. Spaces in it do not count. */
  readonly code: string
  /** Steps before and after the present one whose codes count too: clocks differ, and people are slow. */
  readonly window: number
  /** Epoch seconds. */
  readonly now: number
  /** The last step whose code was used: that one, and those before it, are refused. */
  readonly after?: number | undefined
}

/** The step that a code belongs to, if it is right. Never throws for what was typed: otplib does for codes of another shape. */
export const stepOf = ({ code, secret, algorithm, digits, period, window, now, after }: Check): number | undefined => {
  const token = code.replace(/\s/g, '')
  if (token.length !== digits || !/^[0-9]+$/.test(token)) return undefined
  // A step that is ahead of the clock is refused by otplib with an error: one was used, and the clock was put back.
  const latest = Math.floor(now / period) + window
  if (after !== undefined && after >= latest) return undefined
  const result = verifySync({
    secret,
    token,
    algorithm,
    digits,
    period,
    epoch: now,
    epochTolerance: window * period,
    ...(after !== undefined && { afterTimeStep: after }),
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}
