import { X509Certificate } from 'node:crypto'
import { library } from './library.ts'

const parsed = (certificate: string | Uint8Array): X509Certificate | undefined => {
  try {
    return new X509Certificate(certificate)
  } catch {
    return undefined
  }
}

/** A certificate in PEM, if it is one. */
export const certificateOf = (pem: string): X509Certificate | undefined =>
  pem.includes('-----BEGIN CERTIFICATE-----') ? parsed(pem) : undefined

const isValid = ({ validFromDate, validToDate }: X509Certificate, at: Date): boolean => validFromDate <= at && at <= validToDate
const issued = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey)

/** No maker has more authorities between a root and a device. */
const longest = 8

/** Do these lead from the first to one of the roots, each issued by the next, all of them valid, and all but the first authorities (RFC 5280 §6.1)? */
const leads = (chain: readonly X509Certificate[], roots: readonly X509Certificate[], at: Date): boolean => {
  const [subject, ...issuers] = chain
  if (!subject || !isValid(subject, at)) return false
  // A maker may name the certificate of one model as the root.
  if (roots.some((root) => root.raw.equals(subject.raw) || (root.ca && isValid(root, at) && issued(root, subject)))) return true
  const [issuer] = issuers
  return issuer !== undefined && issuer.ca && issued(issuer, subject) && leads(issuers, roots, at)
}

/**
 * Is an attestation signed by a device of one of these makers? The statement's own signature was checked before. One without certificates ("none",
 * or a key that speaks for itself) says nothing that somebody could not make up.
 */
export const isAttested = async (attestationObject: Uint8Array, rootCertificates: readonly string[], at: Date): Promise<boolean> => {
  const { decodeAttestationObject } = await library()
  const sent: unknown = decodeAttestationObject(new Uint8Array(attestationObject)).get('attStmt').get('x5c')
  if (!Array.isArray(sent) || sent.length > longest) return false
  const chain = sent.map((one: unknown) => (one instanceof Uint8Array ? parsed(one) : undefined))
  if (!chain.every((one) => one !== undefined)) return false
  try {
    return leads(
      chain,
      rootCertificates.flatMap((pem) => certificateOf(pem) ?? []),
      at,
    )
  } catch {
    // A key or a signature that OpenSSL does not know.
    return false
  }
}
