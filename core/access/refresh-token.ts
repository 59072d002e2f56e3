import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/**
 * A refresh token names its grant, its place in the family and a nonce, under an HMAC: base64url of
 * `version (1) ‖ grant id (16) ‖ generation (4) ‖ nonce (16) ‖ HMAC-SHA256 (32)`. So a token that we did not make costs no query, and an old
 * one of the family is known for what it is without being stored.
 */
export type RefreshToken = { readonly grantId: string; readonly generation: number; readonly nonce: string }

const version = 1
const idBytes = 16
const nonceBytes = 16
const macBytes = 32
const generationAt = 1 + idBytes
const nonceAt = generationAt + 4
const macAt = nonceAt + nonceBytes
const length = macAt + macBytes
const textLength = (length * 4) / 3

export type RefreshTokens = {
  encode(token: RefreshToken): string
  /** `undefined` where we did not make it. Compares in constant time. */
  decode(text: string): RefreshToken | undefined
  /** The nonce of a grant's first token: it follows from the id, so that the token can be made without reading the grant. */
  firstNonce(grantId: string): string
}

const uuidOf = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** `key`: 32 bytes that no one else knows; `previous`: those before, whose tokens are still ours. Grant ids are UUIDs, nonces 16 bytes in base64url. */
export const refreshTokens = (key: Buffer, previous?: Buffer): RefreshTokens => {
  // As key objects: to make one of bytes for each HMAC costs several times the HMAC.
  const [now, before] = [createSecretKey(key), previous && createSecretKey(previous)]
  const mac = (bytes: Buffer, by = now): Buffer => createHmac('sha256', by).update(bytes).digest()
  return {
    encode({ grantId, generation, nonce }) {
      const bytes = Buffer.alloc(macAt)
      bytes[0] = version
      if (bytes.write(grantId.replaceAll('-', ''), 1, 'hex') !== idBytes)
        throw new Error(`The grant id ${JSON.stringify(grantId)} is not a UUID.`)
      bytes.writeUInt32BE(generation, generationAt)
      bytes.write(nonce, nonceAt, 'base64url')
      return Buffer.concat([bytes, mac(bytes)]).toString('base64url')
    },
    decode(text) {
      if (typeof text !== 'string' || text.length !== textLength) return undefined
      const bytes = Buffer.from(text, 'base64url')
      // Also refuses other spellings of the same bytes.
      if (bytes.length !== length || bytes.toString('base64url') !== text) return undefined
      const body = bytes.subarray(0, macAt)
      const isBy = (one: typeof before) => one !== undefined && timingSafeEqual(mac(body, one), bytes.subarray(macAt))
      if (!(isBy(now) || isBy(before)) || body[0] !== version) return undefined
      return {
        grantId: uuidOf(body.subarray(1, generationAt)),
        generation: body.readUInt32BE(generationAt),
        nonce: body.subarray(nonceAt).toString('base64url'),
      }
    },
    firstNonce: (grantId) =>
      mac(Buffer.from(`first nonce of ${grantId}`))
        .subarray(0, nonceBytes)
        .toString('base64url'),
  }
}
