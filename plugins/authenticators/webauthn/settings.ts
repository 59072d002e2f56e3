import { Type, type Static } from 'sluice/plugin'
import { certificateOf } from './attestation.ts'

export const settings = Type.Object({
  userVerification: Type.Enum(['required', 'preferred', 'discouraged'], {
    title: 'User verification',
    description:
      'Does the device check who uses it, by fingerprint, face or PIN? Always (required: others are refused), where it can (preferred), or only where it insists (discouraged).',
    default: 'preferred',
  }),
  userVerificationCounts: Type.Boolean({
    title: 'User verification counts',
    description: 'A passkey whose device has checked who uses it counts as two factors: what one has, and what one is.',
    default: true,
  }),
  residentKey: Type.Enum(['required', 'preferred', 'discouraged'], {
    title: 'Discoverable',
    description:
      'Is the passkey kept on the device, so that it signs in without a user name? Always (required: older security keys cannot), where there is room for it (preferred), or rather not (discouraged).',
    default: 'preferred',
  }),
  attachment: Type.Enum(['any', 'platform', 'cross-platform'], {
    title: 'Kinds of devices',
    description:
      'Which can be set up: any, those built into the device (platform), or those beside it, such as security keys (cross-platform).',
    default: 'any',
  }),
  conditional: Type.Boolean({
    title: 'Offer in autofill',
    description: 'Browsers offer passkeys where the user name is typed.',
    default: true,
  }),
  timeout: Type.Integer({
    title: 'Time to answer',
    description: 'Seconds that browsers wait for the device.',
    minimum: 30,
    maximum: 600,
    default: 300,
  }),
  attestation: Type.Enum(['none', 'indirect', 'direct', 'enterprise'], {
    title: 'Attestation',
    description: 'Does the device have to tell what make it is? Browsers then ask people whether they may be told.',
    default: 'none',
  }),
  allowedDevices: Type.Array(
    Type.String({
      title: 'AAGUID',
      description: 'E.g. `2fc0579f-8113-47ea-b116-bb5a8db9202a`.',
      pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
      'x-hint': 'an AAGUID: a UUID, as makers of security keys list them',
    }),
    {
      title: 'Allowed models',
      description: 'AAGUIDs of the models that can be set up; without any, all can. What was set up before stays.',
      maxItems: 500,
      uniqueItems: true,
      default: [],
    },
  ),
  rootCertificates: Type.Array(Type.String({ title: 'Certificate', description: 'In PEM.', maxLength: 20_000 }), {
    title: 'Certificates of makers',
    description:
      'Root certificates that attestations must lead to. Without any, a device is taken at its word about its model; with them, passkeys that are synced between devices are refused, since they attest nothing.',
    maxItems: 100,
    default: [],
  }),
  relatedOrigins: Type.Array(
    Type.String({
      title: 'Origin',
      description: 'E.g. `https://example.org`.',
      pattern: '^https://[^\\s/\\\\?#@]+$',
      'x-url': true,
      maxLength: 300,
      'x-hint': 'an origin: https:// and a host name, without a path',
    }),
    {
      title: 'Related origins',
      description: 'Other origins whose pages may use the same passkeys (WebAuthn Level 3 §5.11).',
      maxItems: 50,
      uniqueItems: true,
      default: [],
    },
  ),
})

export type Settings = Static<typeof settings>

export const check = ({ attestation, allowedDevices, rootCertificates, relatedOrigins }: Settings) => {
  const needing = allowedDevices.length > 0 ? 'allowed models' : rootCertificates.length > 0 ? 'certificates of makers' : undefined
  return [
    ...(needing !== undefined && attestation === 'none'
      ? [
          {
            pointer: '/attestation',
            message: `is none, so no device tells its model, and the ${needing} could not be told from others; choose direct`,
          },
        ]
      : []),
    ...rootCertificates.flatMap((pem, index) =>
      certificateOf(pem)
        ? []
        : [{ pointer: `/rootCertificates/${index}`, message: 'is not a certificate in PEM (-----BEGIN CERTIFICATE-----)' }],
    ),
    ...relatedOrigins.flatMap((text, index) => {
      const origin = URL.parse(text)?.origin
      // What browsers send is compared character by character.
      return origin === text
        ? []
        : [{ pointer: `/relatedOrigins/${index}`, message: `is not how browsers write this origin; write ${origin}` }]
    }),
  ]
}
