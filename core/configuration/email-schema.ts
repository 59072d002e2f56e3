import Type from 'typebox'
import { secret, type Secret } from '../api/index.ts'
import { durationHint, durationPattern } from '../api/duration.ts'

/** The section `email` of settings: by whom mail is sent. */
export const emailSchema = Type.Object(
  {
    host: Type.String({
      title: 'Host',
      description: 'The mail server, by name or address.',
      pattern: '^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$',
      'x-hint': 'the name or the address of a host, without a scheme and without a port',
    }),
    port: Type.Integer({
      title: 'Port',
      description: '587 takes mail by STARTTLS, 465 by TLS.',
      minimum: 1,
      maximum: 65_535,
      default: 587,
    }),
    security: Type.Enum(['starttls', 'tls', 'none'], {
      title: 'Security',
      description:
        '`starttls`: begins in plain text and goes on only once it is encrypted. `tls`: encrypted from the first byte. `none`: never encrypted; for a server on this machine, without a password.',
      default: 'starttls',
    }),
    username: Type.Optional(
      Type.String({
        title: 'User name',
        description: 'Where the mail server asks for one; with a password.',
        pattern: '^[^\\p{Cc}]{1,320}$',
        'x-hint': 'up to 320 characters, without line breaks',
      }),
    ),
    password: Type.Optional(secret({ title: 'Password', description: 'What the mail server asks for with the user name.' })),
    from: Type.String({
      title: 'Sender',
      description: 'The address that mail comes from.',
      pattern: '^[^\\p{Cc}\\s<>(),:;"@\\\\]{1,64}@[^\\p{Cc}\\s<>(),:;"@\\\\]{1,255}$',
      'x-hint': 'one e-mail address, e.g. sluice@example.com',
    }),
    fromName: Type.Optional(
      Type.String({
        title: "Sender's name",
        description: 'What people see beside the address.',
        pattern: '^[^\\p{Cc}]{1,200}$',
        'x-hint': 'up to 200 characters, without line breaks',
      }),
    ),
    securityMails: Type.Optional(
      Type.Boolean({
        title: 'Messages about security',
        description:
          'People are told when their password or address was changed, a token was created, somebody signed in at a browser that does not know them, or their account was disabled. On where nothing is said.',
      }),
    ),
    timeout: Type.String({
      title: 'Timeout',
      description: 'How long the mail server may let itself be waited for, at each step.',
      pattern: durationPattern,
      'x-hint': durationHint,
      default: '15s',
    }),
    // Else whoever may change settings, and not read the password, would have it sent to a server of theirs.
  },
  { 'x-keep-with': ['host', 'port', 'username'] },
)

/** As it is used. `timeout` in seconds. */
export type EmailSettings = Omit<Type.Static<typeof emailSchema>, 'password' | 'timeout'> & {
  readonly password?: Secret
  readonly timeout: number
}
