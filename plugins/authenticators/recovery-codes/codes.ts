import { createHash, randomInt } from 'node:crypto'

/** Digits and letters that nobody takes for each other (Crockford's base32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const group = 5

/** A code such as `7K3QX-9M2WD`: two groups of five, 50 bits. */
export const newCode = (): string => {
  const letters = Array.from({ length: 2 * group }, () => alphabet[randomInt(alphabet.length)]).join('')
  return `${letters.slice(0, group)}-${letters.slice(group)}`
}

/** A code as it is compared: without what people add or take for something else. */
const plain = (code: string): string => code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')

/** What is kept of a code. It is random, and long enough that a plain hash cannot be guessed back. */
export const hashOf = (code: string): string =>
  createHash('sha256')
    .update(`recovery code ${plain(code)}`)
    .digest('base64url')
