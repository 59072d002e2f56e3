import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 'v1'
const ivBytes = 12
const tagBytes = 16
const minKeyLength = 32

/** What was sealed cannot be opened: another key, other associated data, or changed bytes. */
export class Unsealable extends Error {
  constructor(associatedData: string, reason: string) {
    super(
      `The stored secret of ${JSON.stringify(associatedData)} cannot be opened: ${reason}. ` +
        'Start with the SLUICE_SECRET_KEY that this database was used with before.',
    )
    this.name = 'Unsealable'
  }
}

export type Seal = {
  /** AES-256-GCM as `v1.<base64url of iv, ciphertext, tag>`. `associatedData` says what the secret belongs to, so that it opens nowhere else. */
  seal(plain: string, associatedData: string): string
  /** The plain text again. Throws `Unsealable`. */
  open(sealed: string, associatedData: string): string
  /** 32 bytes that depend on the secret key and the purpose alone, e.g. the key of an HMAC. */
  derive(purpose: string): Buffer
}

/** `secretKey`: any text of at least 32 characters, e.g. 32 random bytes in base64. Keys are derived from it by HKDF-SHA256 (RFC 5869). */
export const createSeal = (secretKey: string): Seal => {
  if (secretKey.length < minKeyLength)
    throw new Error(
      `SLUICE_SECRET_KEY has ${secretKey.length} characters; it needs at least ${minKeyLength}. Make one with: openssl rand -base64 32`,
    )
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secretKey, '', `sluice/${purpose}`, 32))
  const key = derive('seal')
  return {
    derive,
    seal(plain, associatedData) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.from(associatedData))
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${sealed.toString('base64url')}`
    },
    open(sealed, associatedData) {
      const [format, text = ''] = sealed.split('.', 2)
      if (format !== version) throw new Unsealable(associatedData, 'its format is unknown')
      const bytes = Buffer.from(text, 'base64url')
      if (bytes.length < ivBytes + tagBytes) throw new Unsealable(associatedData, 'it is too short')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(associatedData))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8')
      } catch {
        throw new Unsealable(associatedData, 'the secret key does not fit it')
      }
    },
  }
}
