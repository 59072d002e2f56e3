import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Algorithm } from '../api/index.ts'
import { derOfRaw, rawOfDer } from './ecdsa.ts'

export type SigningKey = {
  readonly kid: string
  readonly alg: Algorithm
  /** As it is published: with `kid`, `alg` and `use`, without private members. */
  readonly publicJwk: Readonly<Record<string, string>>
  /** A JWS signature of these bytes. */
  sign(data: Buffer): Promise<Buffer> | Buffer
  verify(data: Buffer, signature: Buffer): boolean
}

const generate = promisify(generateKeyPair)

/** A new private key, as PKCS #8 PEM. Made off the main thread; RSA takes some 50 ms, now and then ten times that. */
export const generatePrivateKey = async (alg: Algorithm): Promise<string> => {
  const { privateKey } =
    alg === 'RS256'
      ? await generate('rsa', { modulusLength: 2048 })
      : alg === 'ES256'
        ? await generate('ec', { namedCurve: 'P-256' })
        : await generate('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The members that make up a public key's thumbprint (RFC 7638 §3.2, RFC 8037 §2), in the order that it prescribes. */
const thumbprintMembers: Readonly<Record<Algorithm, readonly (keyof JsonWebKey)[]>> = {
  RS256: ['e', 'kty', 'n'],
  ES256: ['crv', 'kty', 'x', 'y'],
  EdDSA: ['crv', 'kty', 'x'],
}

const signRsa = (data: Buffer, key: KeyObject): Promise<Buffer> =>
  new Promise((resolve, reject) => sign('sha256', data, key, (error, signature) => (error ? reject(error) : resolve(signature))))

/** RSA signs on another thread, since it takes ten times as long as the others, for which the way there would cost more than it saves. */
const algorithms: Readonly<
  Record<
    Algorithm,
    {
      sign(data: Buffer, key: KeyObject): Promise<Buffer> | Buffer
      verify(data: Buffer, key: KeyObject, signature: Buffer): boolean
    }
  >
> = {
  RS256: { sign: signRsa, verify: (data, key, signature) => verify('sha256', data, key, signature) },
  ES256: {
    sign: (data, key) => rawOfDer(sign('sha256', data, key)),
    verify: (data, key, signature) => {
      const der = derOfRaw(signature)
      return der !== undefined && verify('sha256', data, key, der)
    },
  },
  EdDSA: { sign: (data, key) => sign(null, data, key), verify: (data, key, signature) => verify(null, data, key, signature) },
}

/** A key to sign with, of a PKCS #8 PEM of the right type. `kid` is its RFC 7638 thumbprint. */
export const signingKey = (alg: Algorithm, pem: string): SigningKey => {
  const privateKey = createPrivateKey(pem)
  const publicKey = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' })
  const members = Object.fromEntries(thumbprintMembers[alg].map((name) => [name, String(jwk[name])]))
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
  const algorithm = algorithms[alg]
  return {
    kid,
    alg,
    publicJwk: { ...members, kid, alg, use: 'sig' },
    sign: (data) => algorithm.sign(data, privateKey),
    verify: (data, signature) => algorithm.verify(data, publicKey, signature),
  }
}
