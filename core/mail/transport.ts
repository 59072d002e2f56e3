import type { Socket } from 'node:net'
import { callbackify } from 'node:util'
import { createTransport } from 'nodemailer'
import type { EmailSettings } from '../configuration/email-schema.ts'
import { openSocket } from './connect.ts'
import { cureOf } from './cure.ts'
import { messageOf } from './message.ts'
import { type Mail, MailError, type Mailer } from './types.ts'

export type Transport = Mailer & { close(): void }

/** Steps of one message that may each take as long as `timeout` says: whoever answers a byte at a time is not waited for longer. */
const steps = 4

const optionsOf = ({ host, port, security, username, password, timeout }: EmailSettings) => {
  const patience = timeout * 1000
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    ...(username !== undefined && password !== undefined && { auth: { user: username, pass: password.reveal() } }),
    getSocket(_: unknown, done: (error: Error | null, socket?: { readonly connection: Socket }) => void) {
      callbackify(openSocket)({ host, port, patience }, (error, connection) => done(error, connection && { connection }))
    },
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    // A message is what we say, never what a file or another server says.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

const late = (ms: number) => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' })), ms)
  return { promise, stop: () => clearTimeout(timer) }
}

/** Connections to one mail server. Certificates are always verified, and STARTTLS is never done without. `pool`: connections are used again. */
export const openTransport = (settings: EmailSettings, { pool }: { readonly pool: boolean }): Transport => {
  const options = optionsOf(settings)
  const transport = pool ? createTransport({ ...options, pool: true, maxConnections: 2 }) : createTransport(options)
  // Of connections that wait for work: the next message tells what is wrong, if it still is.
  transport.on('error', () => {})
  return {
    async send(mail: Mail) {
      const message = messageOf(mail, settings)
      const deadline = late(steps * settings.timeout * 1000)
      try {
        const { response } = (await Promise.race([transport.sendMail(message), deadline.promise])) as { readonly response: string }
        return { response }
      } catch (error) {
        throw new MailError(cureOf(error, settings))
      } finally {
        deadline.stop()
      }
    },
    close: () => transport.close(),
  }
}

/** Sends one message over a connection of its own. Throws `MailError`. */
export const sendOnce = async (settings: EmailSettings, mail: Mail): Promise<{ readonly response: string }> => {
  const transport = openTransport(settings, { pool: false })
  try {
    return await transport.send(mail)
  } finally {
    transport.close()
  }
}
