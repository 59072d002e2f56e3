import { Agent as PlainAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Http, HttpAnswer, HttpRequest } from '../api/index.ts'
import { createGuard } from './addresses.ts'
import { OutgoingError, resolveGuarded, type Resolve, systemResolve } from './resolve.ts'

const defaultTimeout = 10
const defaultMaxBytes = 1024 * 1024
const maxHeaderSize = 16 * 1024

/** Headers that say how a message is sent or to whom; we do. */
const ours = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'user-agent',
  'expect',
  'upgrade',
  'te',
])

// Agents of our own: the global ones may take proxies and their credentials from the environment.
const agents = { plain: new PlainAgent({ keepAlive: false }), tls: new TlsAgent({ keepAlive: false }) }

const targetOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw new OutgoingError('the address to call is not a URL; write it like https://example.com/hook')
  if (!['http:', 'https:'].includes(url.protocol)) throw new OutgoingError(`${url.protocol} is not called; use https:`)
  if (url.username || url.password)
    throw new OutgoingError(`the address at ${url.host} contains a user name or password; send a header instead`)
  return url
}

const headersOf = ({ headers = {}, body }: HttpRequest, userAgent: string) => {
  const refused = Object.keys(headers).find((name) => ours.has(name.toLowerCase()))
  if (refused !== undefined) throw new OutgoingError(`the header "${refused}" cannot be set; leave it out`)
  return {
    ...headers,
    'user-agent': userAgent,
    // What is not compressed cannot grow: the bound on bytes is one on what is held in memory.
    'accept-encoding': 'identity',
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  }
}

/** Gives what was checked to whoever connects: a name is asked once, so its answer cannot change in between. */
const checked =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_, { all }, done) => {
    const [{ address, family } = { address: '', family: 4 }] = addresses
    if (all) done(null, [...addresses])
    else done(null, address, family)
  }

const read = async (message: IncomingMessage, host: string, maxBytes: number): Promise<string> => {
  const encoding = message.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new OutgoingError(`${host} answered in the encoding "${encoding}", which was not asked for`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new OutgoingError(`${host} answered with more than ${maxBytes} bytes, which is the most that is read`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const singly = (headers: IncomingMessage['headers']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))

const exchange = async (url: URL, asked: HttpRequest, options: RequestOptions): Promise<HttpAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request =
    url.protocol === 'https:'
      ? tlsRequest(url, { ...options, agent: agents.tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' })
      : plainRequest(url, { ...options, agent: agents.plain })
  request.once('response', resolve)
  // Stays for the whole exchange: an error after the answer has begun is told by the reading, and must not end the process.
  request.on('error', reject)
  request.end(asked.body)
  try {
    const message = await promise
    const body = await read(message, url.host, asked.maxBytes ?? defaultMaxBytes)
    return { status: message.statusCode ?? 0, headers: singly(message.headers), body }
  } finally {
    request.destroy()
  }
}

/**
 * The one way out for requests to other servers. Only to addresses of the public Internet and of `allow` (networks in CIDR notation), and to the
 * very address that was checked. Redirects are answers like others and never followed. `resolve`: the system's, unless a test says otherwise.
 */
export const createHttp = ({
  allow,
  userAgent,
  resolve = systemResolve,
}: {
  readonly allow: readonly string[]
  readonly userAgent: string
  readonly resolve?: Resolve
}): Http => {
  const guard = createGuard(allow)
  return {
    async request(asked) {
      const url = targetOf(asked.url)
      const headers = headersOf(asked, userAgent)
      const seconds = asked.timeout ?? defaultTimeout
      const late = new OutgoingError(`${url.host} did not answer within ${seconds} seconds`)
      const ending = new AbortController()
      const { promise: ended, reject } = Promise.withResolvers<never>()
      ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true })
      const timer = setTimeout(() => ending.abort(late), seconds * 1000)
      const stop = () => ending.abort(new OutgoingError(`the request to ${url.host} was given up`))
      if (asked.signal?.aborted) stop()
      asked.signal?.addEventListener('abort', stop, { once: true })
      const whole = async () => {
        const addresses = await resolveGuarded(url.hostname.replace(/^\[|\]$/g, ''), guard, resolve)
        ending.signal.throwIfAborted()
        const { signal } = ending
        return exchange(url, asked, { method: asked.method ?? 'GET', headers, lookup: checked(addresses), maxHeaderSize, signal })
      }
      try {
        // Whatever of it hangs, the lookup too, which nothing can stop: the deadline is for all of it.
        return await Promise.race([whole(), ended])
      } catch (error) {
        if (ending.signal.aborted) throw ending.signal.reason
        throw error instanceof OutgoingError ? error : new OutgoingError(`${url.host} could not be called: ${told(error)}`)
      } finally {
        clearTimeout(timer)
        asked.signal?.removeEventListener('abort', stop)
      }
    },
  }
}

const told = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(String).join('; ') : error instanceof Error ? error.message : String(error)
