import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { temporaryDirectory } from './server.ts'

export type Received = {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string | undefined
  readonly secure: boolean
  readonly text: string
}
export type MailServer = {
  readonly port: number
  readonly received: readonly Received[]
  readonly connections: () => number
  close(): Promise<void>
}

/** A certificate for `localhost` that nobody trusts who is not told to: the PEM files, and where the certificate is. */
export function selfSigned(): { readonly key: Buffer; readonly cert: Buffer; readonly certFile: string } {
  const directory = temporaryDirectory()
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key), cert: readFileSync(cert), certFile: cert }
}

/** A real mail server that keeps what it is sent. It knows the user `sluice` with the password `mail password`. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: Received[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    onConnect(_, done) {
      connections += 1
      done()
    },
    onAuth({ username, password }, _, done) {
      if (username === 'sluice' && password === 'mail password') done(null, { user: username })
      else done(new Error('Invalid username or password'))
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const text = Buffer.concat(parts).toString()
        const from = mailFrom === false ? '' : mailFrom.address
        received.push({ from, to: rcptTo.map(({ address }) => address), user: session.user, secure: session.secure, text })
        done(null, 'taken')
      })
    },
    ...options,
  })
  // What a client does wrong is what the test is about.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** `settings.email` of a server that sends by it. */
export const sendingBy = ({ port }: Pick<MailServer, 'port'>) => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  from: 'sluice@example.com',
})

/** Something at a port that does what `answer` says with each connection, and nothing else. */
export async function startListener(answer: (socket: Socket) => void): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** A message as it was written: the parts of it that were made fit for the wire are what they were. */
export const readable = ({ text }: Pick<Received, 'text'>): string =>
  Buffer.from(
    text.replaceAll(/=\r?\n/g, '').replaceAll(/=([\dA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  ).toString()
