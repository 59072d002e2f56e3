import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto'

/** DER (X.690): tag, length, content. */
const der = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  const size = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content)
const set = (...content: readonly Uint8Array[]) => der(0x31, ...content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const attributes = { CN: '550403', C: '550406', O: '55040a', OU: '55040b' } as const
type Name = Readonly<Partial<Record<keyof typeof attributes, string>>>
const nameOf = (name: Name): Buffer =>
  sequence(
    ...Object.entries(name).map(([key, value]) =>
      set(sequence(oid(attributes[key as keyof typeof attributes]), der(key === 'C' ? 0x13 : 0x0c, Buffer.from(value)))),
    ),
  )

/** Basic constraints (RFC 5280 §4.2.1.9), critical. */
const constraints = (isAuthority: boolean): Buffer =>
  sequence(oid('551d13'), der(0x01, Buffer.from([255])), der(0x04, sequence(...(isAuthority ? [der(0x01, Buffer.from([255]))] : []))))

export type Certified = { readonly raw: Buffer; readonly pem: string; readonly name: Name; readonly key: KeyObject }

/** The subject that attestations must have (WebAuthn §8.2.1). */
export const deviceName: Name = { C: 'SE', O: 'A maker', OU: 'Authenticator Attestation', CN: 'A model' }

let serial = 0

/** A certificate with a key of its own, of P-256. Without an issuer it has signed itself. */
export const certified = (
  name: Name,
  {
    issuer,
    isAuthority = false,
    from = new Date('2020-01-01T00:00:00Z'),
    until = new Date('2040-01-01T00:00:00Z'),
  }: { readonly issuer?: Certified; readonly isAuthority?: boolean; readonly from?: Date; readonly until?: Date } = {},
): Certified => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  serial += 1
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([serial])),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? name),
    sequence(time(from), time(until)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(constraints(isAuthority))),
  )
  const signature = sign('sha256', signed, issuer?.key ?? privateKey)
  const raw = sequence(signed, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  return { raw, pem: new X509Certificate(raw).toString(), name, key: privateKey }
}
