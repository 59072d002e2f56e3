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
        'Start with the SLUICE_SECRET_KEY that this database was used with before, or give that one as SLUICE_SECRET_KEY_PREVIOUS beside a new one.',
    )
    this.name = 'Unsealable'
  }
}

export type Seal = {
  /** AES-256-GCM as `v1.<base64url of iv, ciphertext, tag>`. `associatedData` says what the secret belongs to, so that it opens nowhere else. */
  seal(plain: string, associatedData: string): string
  /** The plain text again, also of what was sealed with the previous key. Throws `Unsealable`. */
  open(sealed: string, associatedData: string): string
  /** 32 bytes that depend on the secret key and the purpose alone, e.g. the key of an HMAC. */
  derive(purpose: string): Buffer
  /** The same of the previous secret key: to accept what was made with it, never to make anything. `undefined` where none is given. */
  derivePrevious(purpose: string): Buffer | undefined
  /** Sealed anew with the secret key; `undefined` where it is sealed with it already. Throws `Unsealable`. */
  reseal(sealed: string, associatedData: string): string | undefined
}

const derived = (secretKey: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secretKey, '', `sluice/${purpose}`, 32))

/** The plain text, or `undefined` where this key does not fit. */
const openedWith = (key: Buffer, bytes: Buffer, associatedData: string): string | undefined => {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(associatedData))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/**
 * `secretKey`: any text of at least 32 characters, e.g. 32 random bytes in base64. Keys are derived from it by HKDF-SHA256 (RFC 5869).
 * `previous`: the one before, which still opens what it sealed and seals nothing.
 */
export const createSeal = (secretKey: string, previous?: string): Seal => {
  if (secretKey.length < minKeyLength)
    throw new Error(
      `SLUICE_SECRET_KEY has ${secretKey.length} characters; it needs at least ${minKeyLength}. Make one with: openssl rand -base64 32`,
    )
  const key = derived(secretKey, 'seal')
  const keyBefore = previous === undefined ? undefined : derived(previous, 'seal')

  const bytesOf = (sealed: string, associatedData: string): Buffer => {
    const [format, text = ''] = sealed.split('.', 2)
    if (format !== version) throw new Unsealable(associatedData, 'its format is unknown')
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length < ivBytes + tagBytes) throw new Unsealable(associatedData, 'it is too short')
    return bytes
  }
  const seal: Seal = {
    derive: (purpose) => derived(secretKey, purpose),
    derivePrevious: (purpose) => (previous === undefined ? undefined : derived(previous, purpose)),
    seal(plain, associatedData) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.from(associatedData))
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${sealed.toString('base64url')}`
    },
    open(sealed, associatedData) {
      const bytes = bytesOf(sealed, associatedData)
      const plain = openedWith(key, bytes, associatedData) ?? (keyBefore && openedWith(keyBefore, bytes, associatedData))
      if (plain === undefined) throw new Unsealable(associatedData, 'the secret key does not fit it')
      return plain
    },
    reseal(sealed, associatedData) {
      if (openedWith(key, bytesOf(sealed, associatedData), associatedData) !== undefined) return undefined
      return seal.seal(seal.open(sealed, associatedData), associatedData)
    },
  }
  return seal
}
