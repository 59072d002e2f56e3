import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a browser's cookie says: `<id>.<secret>`, 16 and 32 random bytes in base64url. */
export type BrowserCookie = { readonly id: string; readonly secret: string }

const form = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

export const newSecret = (): string => randomBytes(32).toString('base64url')
export const newCookie = (): BrowserCookie => ({ id: randomBytes(16).toString('base64url'), secret: newSecret() })
export const formatCookie = ({ id, secret }: BrowserCookie): string => `${id}.${secret}`

/** `undefined` where the text has not the form of a cookie of ours. */
export const parseCookie = (text: string | undefined): BrowserCookie | undefined => {
  const [, id, secret] = form.exec(text ?? '') ?? []
  return id !== undefined && secret !== undefined ? { id, secret } : undefined
}

/** What is stored of a secret: it has 256 random bits, so a plain SHA-256 does. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Is this the secret of the hash? In constant time. */
export const isSecretOf = (hash: string, secret: string): boolean => {
  const expected = Buffer.from(hash)
  const actual = Buffer.from(hashSecret(secret))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
