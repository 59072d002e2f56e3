import { createHash, timingSafeEqual } from 'node:crypto'
import { OAuthError } from '../errors.ts'
import type { CodeCheck } from './authorization-code.ts'

/** RFC 7636 §4.1. */
const syntax = /^[A-Za-z0-9\-._~]{43,128}$/

const refuse = (description: string) => new OAuthError('invalid_grant', description)

/**
 * RFC 7636 §4.6. A challenge that was sent must be answered; a verifier without one means that somebody removed the challenge from the
 * authorization request (RFC 9700 §4.8.2).
 */
export const proofKey: CodeCheck = ({ challenge }, { parameters: { code_verifier } }) => {
  if (challenge === undefined) {
    if (code_verifier !== undefined)
      throw refuse('code_verifier was sent, but the authorization request had no code_challenge. Send both or neither.')
    return
  }
  if (code_verifier === undefined) throw refuse('code_verifier is missing. The authorization request had a code_challenge.')
  if (!syntax.test(code_verifier)) throw refuse('code_verifier is malformed. It has 43 to 128 characters of A-Z a-z 0-9 - . _ ~')
  const digest = createHash('sha256').update(code_verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  if (expected.length !== digest.length || !timingSafeEqual(expected, digest))
    throw refuse('code_verifier does not belong to the code_challenge. Send the verifier that the challenge was made of.')
}
