import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { library } from './library.ts'

/** Labels of COSE_Key (RFC 9052 §7.1), and of its parameters by type (RFC 9053 §7, RFC 8230 §4). */
const labels = { algorithm: 3, curve: -1, x: -2, y: -3, n: -1, e: -2 } as const

/** Bits of an RSA key: fewer are broken in a while, and more than this cost whoever verifies. */
const rsaBits = { least: 2048, most: 8192 }
/** The least public exponent (FIPS 186-5 §5.1): with 1, what is signed is its own signature. */
const leastExponent = 65_537n

type Member = number | Uint8Array | undefined
const text = (bytes: Member): string => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : '')

const parsed = (key: JsonWebKey): KeyObject | undefined => {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    // Among others, a point that is on no curve.
    return undefined
  }
}

const isSoundRsa = (key: KeyObject | undefined): boolean => {
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {}
  return modulusLength >= rsaBits.least && modulusLength <= rsaBits.most && publicExponent >= leastExponent && publicExponent % 2n === 1n
}

/**
 * Is a public key, a COSE_Key, one that only who has the private key can sign for? By algorithm: ES256 on P-256, EdDSA on Ed25519, RS256. Whoever sets a
 * passkey up may send any key, and without an attestation nothing is signed by it yet. Throws for what is no COSE_Key.
 */
export const isSound = async (publicKey: Uint8Array): Promise<boolean> => {
  const { decodeCredentialPublicKey } = await library()
  const key = decodeCredentialPublicKey(new Uint8Array(publicKey)) as unknown as { get(label: number): Member }
  const curve = key.get(labels.curve)
  const algorithm = key.get(labels.algorithm)
  if (algorithm === -7)
    return curve === 1 && parsed({ kty: 'EC', crv: 'P-256', x: text(key.get(labels.x)), y: text(key.get(labels.y)) }) !== undefined
  if (algorithm === -8) return curve === 6 && parsed({ kty: 'OKP', crv: 'Ed25519', x: text(key.get(labels.x)) }) !== undefined
  return algorithm === -257 && isSoundRsa(parsed({ kty: 'RSA', n: text(key.get(labels.n)), e: text(key.get(labels.e)) }))
}
