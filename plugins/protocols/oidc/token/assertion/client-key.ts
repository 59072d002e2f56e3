import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

/** What clients may sign with: asymmetric only (RFC 7518 §3.1, RFC 8037 §3.1; RFC 9864 names EdDSA with this curve Ed25519). */
export const assertionAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number]

/** The public key of a client, and what it may be used for. */
export type ClientKey = { readonly kid: string | undefined; readonly algorithms: readonly AssertionAlgorithm[]; readonly key: KeyObject }

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Which algorithms a key of this type may be for (RFC 7518 §6, RFC 8037 §2). */
const families: Readonly<Record<string, readonly AssertionAlgorithm[]>> = {
  'RSA ': ['RS256', 'PS256'],
  'EC P-256': ['ES256'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
}

const rsaProblem = (key: KeyObject): string | undefined => {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < 2048) return `The RSA key has ${modulusLength} bits. Use one of 2048 or more.`
  if (modulusLength > 8192) return `The RSA key has ${modulusLength} bits. Use one of at most 8192.`
  return publicExponent < 65_537n ? `The RSA key has the exponent ${publicExponent}. Use one with 65537.` : undefined
}

const imported = (jwk: JsonWebKey): KeyObject | undefined => {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** Reads a JSON Web Key (RFC 7517 §4) that is to verify client assertions. A text says why it cannot, for whoever wrote it down. */
export const clientKey = (jwk: unknown): ClientKey | string => {
  if (jwk === null || typeof jwk !== 'object' || Array.isArray(jwk)) return 'A key is an object with `kty`.'
  const { kty, crv = '', kid, alg, use, key_ops } = jwk as Readonly<Record<string, unknown>>
  const hidden = privateMembers.find((name) => Object.hasOwn(jwk, name))
  if (hidden !== undefined)
    return `The key has the private member \`${hidden}\`. Register the public key alone, and make a new pair: this one was told.`
  const family = families[`${String(kty)} ${String(crv)}`]
  if (!family || !Object.hasOwn(families, `${String(kty)} ${String(crv)}`))
    return `The key type ${JSON.stringify(kty)}${crv === '' ? '' : ` with the curve ${JSON.stringify(crv)}`} is not known. Use RSA, EC with P-256, or OKP with Ed25519.`
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return '`kid` is not a text.'
  const algorithms = alg === undefined ? family : family.filter((name) => name === alg)
  if (algorithms.length === 0) return `\`alg\` is ${JSON.stringify(alg)}, which does not fit the key. Use one of: ${family.join(', ')}.`
  if (use !== undefined && use !== 'sig') return `\`use\` is ${JSON.stringify(use)}. A key for client assertions has \`sig\`, or none.`
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) return '`key_ops` does not include `verify`.'
  const key = imported(jwk as JsonWebKey)
  if (!key) return 'The key is broken: its members are no public key.'
  return (kty === 'RSA' ? rsaProblem(key) : undefined) ?? { kid, algorithms, key }
}

/** The keys of a JWK Set that are of use; others are ignored (RFC 7517 §5). */
export const clientKeys = (keys: readonly unknown[]): readonly ClientKey[] => keys.map(clientKey).filter((key) => typeof key !== 'string')
