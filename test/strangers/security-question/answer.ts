import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** `scrypt$<salt>$<hash>`, both in base64url: what is kept of an answer. */
const form = /^scrypt\$([\w-]{22})\$([\w-]{43})$/

/** Nobody remembers which capitals or spaces they once typed. */
const folded = (answer: string): string => answer.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()

const hash = (answer: string, salt: Buffer): Promise<Buffer> =>
  new Promise((done, failed) => {
    scrypt(folded(answer), salt, 32, (error, key) => (error ? failed(error) : done(key)))
  })

/** For the user's attribute. */
export async function hashed(answer: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${salt.toString('base64url')}$${(await hash(answer, salt)).toString('base64url')}`
}

/** Is it something that `hashed` made? */
export const isHashed = (kept: unknown): kept is string => typeof kept === 'string' && form.test(kept)

/** Is this the answer of which `kept` is the hash? */
export async function matches(answer: string, kept: string): Promise<boolean> {
  const [, salt = '', right = ''] = form.exec(kept) ?? []
  return timingSafeEqual(await hash(answer, Buffer.from(salt, 'base64url')), Buffer.from(right, 'base64url'))
}
