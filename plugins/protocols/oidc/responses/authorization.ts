import type { Answer } from 'sluice/plugin'
import type { OAuthError } from '../errors.ts'
import type { Parked } from '../types.ts'

type Destination = Pick<Parked, 'redirectUri' | 'mode' | 'state'>

/**
 * The answer at the redirect URI in the mode that was asked for, with `state` and, so that a client of several issuers cannot be misled,
 * `iss` (RFC 9207). A query that the redirect URI has is kept as it is (RFC 6749 §3.1.2).
 */
export const authorizationResponse = (
  issuer: string,
  { redirectUri, mode, state }: Destination,
  fields: Readonly<Record<string, string>>,
): Answer => {
  const to = new URL(redirectUri)
  const all = { ...fields, ...(state === undefined ? {} : { state }), iss: issuer }
  if (mode === 'form_post') return { answer: 'post', to, fields: all }
  const encoded = new URLSearchParams(all).toString()
  if (mode === 'fragment') to.hash = encoded
  else to.search = to.search === '' ? encoded : `${to.search}&${encoded}`
  return { answer: 'redirect', to }
}

/** RFC 6749 §4.1.2.1. */
export const authorizationError = (issuer: string, destination: Destination, { error, message }: OAuthError): Answer =>
  authorizationResponse(issuer, destination, { error, error_description: message })
