import { OAuthError } from '../errors.ts'
import type { Check } from './check.ts'

/** An SHA-256 digest in base64url, without padding. */
const s256 = /^[A-Za-z0-9_-]{43}$/

/**
 * PKCE, RFC 7636. S256 only: with `plain`, which an absent method means, the request shows the verifier to whom the challenge should
 * protect it from (RFC 9700 §2.1.1).
 */
export const proofKey: Check = ({ parameters: { code_challenge, code_challenge_method }, provider: { settings } }) => {
  if (code_challenge === undefined) {
    if (code_challenge_method !== undefined)
      throw new OAuthError('invalid_request', 'code_challenge is missing, though code_challenge_method was sent. Send both.')
    if (settings.clientType === 'public' || settings.pkce === 'required')
      throw new OAuthError('invalid_request', 'This client must use PKCE. Send code_challenge and code_challenge_method=S256.')
    return undefined
  }
  if (code_challenge_method !== 'S256')
    throw new OAuthError('invalid_request', `code_challenge_method '${code_challenge_method ?? 'plain'}' is not supported. Send S256.`)
  if (!s256.test(code_challenge))
    throw new OAuthError(
      'invalid_request',
      'code_challenge is malformed. It is the base64url form of a SHA-256 digest: 43 characters, no padding.',
    )
  return { park: { challenge: code_challenge } }
}
