import { createECDH, createHash, createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto'
import { cbor, type Cbor } from './cbor.ts'

/** What a page asks the browser for. */
export type Options = { readonly challenge: string; readonly rpId?: string; readonly [more: string]: unknown }
const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest()
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** Whoever signs attestations for a maker: certificates in DER, the device's first, and the key of that. */
export type Maker = { readonly x5c: readonly Uint8Array[]; readonly key: KeyObject }

/** What a device, and the browser before it, may do otherwise than they should. */
export type Doing = {
  /** Where the page stands. Default: as the accepted origin. */
  readonly origin?: string
  /** Whom the device thinks that it speaks to. */
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  /** Was there a fingerprint, a face or a PIN? Default: yes. */
  readonly verified?: boolean
  /** Was there anybody? Default: yes. */
  readonly present?: boolean
  /** Default: none, as a device that syncs. */
  readonly counter?: number
  readonly userHandle?: string | null
  /** More of what the browser writes down. */
  readonly clientData?: object
  /** Default: `none`. `self`: packed, by the credential's own key. A maker: packed, by theirs. */
  readonly attestation?: 'none' | 'self' | Maker
  /** May it be on several devices? Default: yes. */
  readonly synced?: boolean
  /** Is it kept somewhere else, too? Default: as `synced`. */
  readonly backedUp?: boolean
  /** In place of the credential's own public key. */
  readonly publicKey?: ReadonlyMap<number, Cbor>
}

type Answer = Record<string, unknown> & { response: Record<string, unknown> }

/** A key of P-256 by its secret number, 32 bytes. */
const keyOf = (secret: Uint8Array): { readonly x: Buffer; readonly y: Buffer; readonly key: KeyObject } => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(secret)
  const point = ecdh.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)]
  const jwk = { kty: 'EC', crv: 'P-256', x: text(x), y: text(y), d: text(secret) }
  return { x, y, key: createPrivateKey({ key: jwk, format: 'jwk' }) }
}

/**
 * An authenticator in software, with one credential: ES256, its own model. `create` and `get` answer options as a browser does, with
 * `PublicKeyCredential.toJSON()`; `tamper` may change that before it is text.
 */
export const softwareAuthenticator = ({
  origin = 'https://id.example.com',
  aaguid = 'bada5566-a7aa-401f-bd96-45619a55120d',
  id = randomBytes(32),
  secret = randomBytes(32),
} = {}) => {
  const { x, y, key } = keyOf(secret)
  const cose = new Map<number, Cbor>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, x],
    [-3, y],
  ])
  let handle: string | undefined

  const clientDataOf = (does: 'create' | 'get', options: Options, doing: Doing): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: doing.type ?? `webauthn.${does}`,
        challenge: doing.challenge ?? options.challenge,
        origin: doing.origin ?? origin,
        crossOrigin: false,
        ...doing.clientData,
      }),
    )
  /** WebAuthn §6.1. */
  const dataOf = (rpId: string, doing: Doing, attested?: Uint8Array): Buffer => {
    const { present = true, verified = true, synced = true, backedUp = synced, counter = 0 } = doing
    const backup = (synced ? 0x08 : 0) | (backedUp ? 0x10 : 0)
    const flags = (present ? 0x01 : 0) | (verified ? 0x04 : 0) | backup | (attested ? 0x40 : 0)
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags)
    tail.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(doing.rpId ?? rpId), tail, attested ?? Buffer.alloc(0)])
  }
  const answer = (response: Record<string, unknown>, tamper: (answer: Answer) => unknown): string => {
    const made: Answer = { id: text(id), rawId: text(id), type: 'public-key', clientExtensionResults: {}, response }
    return JSON.stringify(tamper(made) ?? made)
  }
  const statementOf = (signed: Uint8Array, attestation: Doing['attestation'] = 'none'): readonly [string, ReadonlyMap<string, Cbor>] => {
    if (attestation === 'none') return ['none', new Map()]
    const signer = attestation === 'self' ? key : attestation.key
    const x5c: readonly (readonly [string, Cbor])[] = attestation === 'self' ? [] : [['x5c', attestation.x5c]]
    return ['packed', new Map<string, Cbor>([['alg', -7], ['sig', sign('sha256', signed, signer)], ...x5c])]
  }

  return {
    id: text(id),
    create(options: Options, doing: Doing = {}, tamper: (answer: Answer) => unknown = () => undefined): string {
      const { rp, user } = options as unknown as { rp: { id: string }; user: { id: string } }
      handle = user.id
      const size = Buffer.alloc(2)
      size.writeUInt16BE(id.length)
      const attested = Buffer.concat([Buffer.from(aaguid.replaceAll('-', ''), 'hex'), size, id, cbor(doing.publicKey ?? cose)])
      const clientData = clientDataOf('create', options, doing)
      const authData = dataOf(rp.id, doing, attested)
      const [fmt, attStmt] = statementOf(Buffer.concat([authData, sha256(clientData)]), doing.attestation)
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', fmt],
          ['attStmt', attStmt],
          ['authData', authData],
        ]),
      )
      const response = { clientDataJSON: text(clientData), attestationObject: text(attestationObject), transports: ['internal', 'hybrid'] }
      return answer(response, tamper)
    },
    get(options: Options, doing: Doing = {}, tamper: (answer: Answer) => unknown = () => undefined): string {
      const clientData = clientDataOf('get', options, doing)
      const authenticatorData = dataOf(options.rpId ?? '', doing)
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), key)
      const response = {
        clientDataJSON: text(clientData),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        userHandle: doing.userHandle === undefined ? handle : doing.userHandle,
      }
      return answer(response, tamper)
    },
  }
}
