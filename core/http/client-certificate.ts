import { X509Certificate } from 'node:crypto'
import type { CertificateView } from '../api/index.ts'

/** Bytes: no header of a certificate is longer. */
const longest = 16_384
const clientAuth = '1.3.6.1.5.5.7.3.2'

/** Undoes what proxies do to PEM to make a header of it: percent encoding (nginx, Traefik), or spaces and tabs for line ends (Apache). */
const derOf = (header: string): Buffer | undefined => {
  let text = header
  if (text.includes('%')) {
    try {
      text = decodeURIComponent(text)
    } catch {
      return undefined
    }
  }
  const body = /^:([^:]*):$/.exec(text)?.[1] ?? text.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '')
  const base64 = body.replace(/\s/g, '')
  return /^[A-Za-z0-9+/]{64,}={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined
}

/** `DNS:a, email:b`. Names that Node puts in quotes, since they could be taken for several, are left out. */
const namesOf = ({ subjectAltName = '' }: X509Certificate): readonly string[] =>
  subjectAltName.includes('"') ? [] : subjectAltName.split(', ').flatMap((name) => /^(?:DNS|email|URI):(.+)$/.exec(name)?.[1] ?? [])

const commonNameOf = (certificate: X509Certificate): string | null => {
  const { CN } = certificate.toLegacyObject().subject as { readonly CN?: unknown }
  return typeof CN === 'string' ? CN : null
}

/**
 * The certificate that a proxy has passed on (RFC 9440 §2, or the ways of proxies that are older), if one of the authorities has signed it, it is
 * for clients (RFC 5280 §4.2.1.12), and it holds at `now` (epoch ms). Whoever showed it has its key: that is for the proxy to see to.
 */
export const clientCertificate = (header: string, authorities: readonly X509Certificate[], now: number): CertificateView | undefined => {
  if (header.length > longest) return undefined
  const der = derOf(header)
  if (!der) return undefined
  try {
    const certificate = new X509Certificate(der)
    const holds = (one: X509Certificate) => Date.parse(one.validFrom) <= now && now < Date.parse(one.validTo)
    const uses = certificate.keyUsage as readonly string[] | undefined
    if (certificate.ca || !holds(certificate) || (uses && !uses.includes(clientAuth))) return undefined
    const issuer = authorities.find((one) => holds(one) && certificate.checkIssued(one) && certificate.verify(one.publicKey))
    if (!issuer) return undefined
    return {
      subject: certificate.subject.replaceAll('\n', ', '),
      commonName: commonNameOf(certificate),
      names: namesOf(certificate),
      issuer: certificate.issuer.replaceAll('\n', ', '),
      serialNumber: certificate.serialNumber.toLowerCase(),
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    }
  } catch {
    return undefined
  }
}
