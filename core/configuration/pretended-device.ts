import Type from 'typebox'
import type { DeviceFacts } from '../api/index.ts'

const text = (title: string, description: string) => Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 1000 }))

/** What tests and simulations of flows say of a device, as a trusted proxy would tell it. */
export const pretendedDevice = Type.Object(
  {
    certificate: Type.Optional(
      Type.Object(
        {
          subject: text('Subject', 'E.g. `O=Example, CN=laptop-7`.'),
          commonName: text('Common name', 'E.g. `laptop-7`.'),
          names: Type.Optional(
            Type.Array(Type.String({ maxLength: 1000 }), {
              title: 'Names',
              description: 'DNS names, e-mail addresses and URIs.',
              maxItems: 50,
            }),
          ),
          issuer: text('Issuer', 'Who signed it.'),
          serialNumber: text('Serial number', 'In small hexadecimal digits.'),
          fingerprint: text('Fingerprint', 'SHA-256, in small hexadecimal digits.'),
        },
        { title: 'Client certificate', description: 'What a trusted proxy passes on, taken as signed by an authority.' },
      ),
    ),
    posture: Type.Optional(
      Type.Record(Type.String({ maxLength: 50 }), Type.String({ maxLength: 1000 }), {
        title: 'Posture',
        description: 'What else a trusted proxy tells, by name.',
        maxProperties: 20,
      }),
    ),
  },
  { title: 'Device', description: 'What a trusted proxy tells of the device.' },
)

export type PretendedDevice = Type.Static<typeof pretendedDevice>

/** What is not said of a certificate is nothing. */
export const deviceFrom = ({ certificate, posture = {} }: PretendedDevice): DeviceFacts => ({
  certificate: certificate
    ? { subject: '', commonName: null, names: [], issuer: '', serialNumber: '', fingerprint: '', ...certificate }
    : null,
  posture,
})
