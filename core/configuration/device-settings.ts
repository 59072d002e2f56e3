import { X509Certificate } from 'node:crypto'
import Type from 'typebox'

/** RFC 9110 §5.6.2, as far as proxies use it. */
const headerName = (title: string, description: string) =>
  Type.String({ title, description, pattern: '^[A-Za-z][A-Za-z0-9-]{0,99}$', 'x-hint': 'the name of a header, such as Client-Cert' })

/** The section `device` of settings: what a trusted proxy tells of the device that asks. */
export const deviceSchema = Type.Object({
  certificate: Type.Optional(
    Type.Object(
      {
        header: headerName(
          'Header',
          'Where a trusted proxy puts the certificate: `Client-Cert` (RFC 9440), or PEM or DER in Base64, as nginx, HAProxy, Caddy, Traefik and Apache can write it.',
        ),
        authorities: Type.String({
          title: 'Authorities',
          description:
            'Certificates (PEM) of the authorities that issue those of devices. One that none of them has signed is no certificate.',
          minLength: 1,
          maxLength: 262_144,
          'x-widget': 'textarea',
        }),
      },
      {
        title: 'Client certificate',
        description: 'The certificate of a device, which a proxy has asked for by TLS: `device.certificate` in expressions.',
      },
    ),
  ),
  posture: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,49}$' }), headerName('Header', 'Where a trusted proxy puts it.'), {
      title: 'Posture',
      description:
        'What else a trusted proxy knows of a device, e.g. that it is managed: `device.posture.<name>` in expressions, by the header that tells it.',
      maxProperties: 20,
    }),
  ),
})

export type DeviceSettings = {
  readonly certificate: { readonly header: string; readonly authorities: readonly X509Certificate[] } | undefined
  /** Names in expressions, and their headers in small letters. */
  readonly posture: readonly (readonly [name: string, header: string])[]
}

const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

type Problem = { readonly path: readonly (string | number)[]; readonly message: string }

const authoritiesIn = (text: string, problems: Problem[]): readonly X509Certificate[] => {
  const path = ['certificate', 'authorities']
  const found = text.match(pem) ?? []
  if (found.length === 0)
    problems.push({ path, message: 'there is no certificate in it; write one or more as PEM, from -----BEGIN CERTIFICATE----- on' })
  return found.flatMap((block, index) => {
    const which = found.length === 1 ? 'the certificate' : `certificate ${index + 1}`
    try {
      const certificate = new X509Certificate(block)
      if (certificate.ca) return [certificate]
      problems.push({
        path,
        message: `${which} (${certificate.subject.replaceAll('\n', ', ')}) is not one of an authority; write that of whoever issued it`,
      })
    } catch {
      problems.push({ path, message: `${which} cannot be read; is it copied whole?` })
    }
    return []
  })
}

export const deviceOf = ({
  certificate,
  posture = {},
}: Type.Static<typeof deviceSchema>): { readonly device: DeviceSettings; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  const authorities = certificate && authoritiesIn(certificate.authorities, problems)
  return {
    device: {
      certificate: certificate && authorities && { header: certificate.header.toLowerCase(), authorities },
      posture: Object.entries(posture).map(([name, header]) => [name, header.toLowerCase()] as const),
    },
    problems,
  }
}
