import type { EmailSettings } from '../configuration/email-schema.ts'

/** As the connection tells it; `response` is what the mail server said. */
type Failure = { readonly code?: string; readonly message: string; readonly response?: string; readonly responseCode?: number }

type Server = Pick<EmailSettings, 'host' | 'port' | 'security' | 'timeout'>
type Rule = { readonly is: (failure: Failure, server: Server) => boolean; readonly say: (server: Server) => string }

const certificate = /certificate|self-signed|CERT_|altnames|UNABLE_TO_VERIFY/i
/** What a TLS client reads from a server that speaks plain text. */
const notTls = /wrong version number|packet length too long|unknown protocol|SSL routines/i
const otherPort = ({ security }: Server) =>
  security === 'tls' ? 'port 465 usually takes tls, port 587 starttls' : 'port 587 usually takes starttls, port 465 tls'

/** The first that fits says what to do. */
const rules: readonly Rule[] = [
  {
    is: ({ message }) => /ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL/.test(message),
    say: () => 'the name of the host is not known; check "host", and whether this machine can look names up',
  },
  { is: ({ code }) => code === 'EDNS', say: () => 'the name of the host could not be looked up; check "host"' },
  {
    is: ({ code, message }) => code === 'ERR_IP_BLOCKED' || message.includes('ERR_IP_BLOCKED'),
    say: () => 'it has an address of the link alone (169.254.0.0/16, fe80::/10), where no mail server stands; check "host"',
  },
  {
    is: ({ message }) => message.includes('ECONNREFUSED'),
    say: () => 'nothing takes connections there; check "host" and "port", and whether the mail server runs',
  },
  {
    is: ({ message }) => /EHOSTUNREACH|ENETUNREACH/.test(message),
    say: () => 'there is no way to that host; check "host" and the network of this machine',
  },
  {
    is: ({ message }) => notTls.test(message),
    say: (server) => `it does not speak TLS at this port; check "security" and "port": ${otherPort(server)}`,
  },
  {
    is: ({ message }) => certificate.test(message),
    say: () =>
      'its certificate is not trusted; write the name that the certificate is for as "host", or have this server trust its issuer by NODE_EXTRA_CA_CERTS',
  },
  {
    is: ({ code }, { security }) => code === 'ETLS' && security === 'starttls',
    say: () => 'it offers no STARTTLS, and nothing is sent unencrypted; use another port, or "security: tls" where it takes that',
  },
  {
    is: ({ code }) => code === 'ETIMEDOUT',
    say: (server) =>
      `it did not answer within ${server.timeout} s; check "host", a firewall between, and "port" and "security": ${otherPort(server)}`,
  },
  {
    is: ({ code }) => code === 'EAUTH' || code === 'ENOAUTH',
    say: () => 'it does not accept the user name and the password; check "username" and "password"',
  },
  {
    is: ({ responseCode, message }) => responseCode === 530 || /authentication required/i.test(message),
    say: () => 'it wants a user name and a password; write "username" and "password"',
  },
  {
    is: ({ code }) => code === 'EENVELOPE',
    say: () => 'it refuses the sender or the recipient; check "from", and the address of the recipient',
  },
  { is: ({ responseCode = 0 }) => responseCode >= 400 && responseCode < 500, say: () => 'it cannot take the message now; try again later' },
  { is: ({ responseCode = 0 }) => responseCode >= 500, say: () => 'it refuses the message; what it says tells why' },
]

const printable = (text: string) =>
  text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
    .trim()

/** What a mail server says (RFC 5321 §4.2). What anything else answers is not told on: it may be for nobody who is here. */
const reply = /^[245]\d\d[ -]/

const saidBy = ({ response, message }: Failure): string => {
  if (response === undefined) return printable(message)
  return reply.test(response) ? printable(response) : 'what it says is not what mail servers say'
}

/** A sentence about a failure: which server, what it said, and what to do. */
export const cureOf = (error: unknown, server: Server): string => {
  const failure: Failure = error instanceof Error ? error : { message: String(error) }
  const cure = rules.find(({ is }) => is(failure, server))?.say(server) ?? 'check the settings of the mail server, and its log'
  return `the mail server ${server.host}:${server.port} did not take the message (${saidBy(failure)}): ${cure}`
}
