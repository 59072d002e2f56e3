import type { FastifyRequest } from 'fastify'

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Some proxies name the scheme's own port, which a URL leaves out. */
const hostsOf = ({ host, port, protocol }: URL): readonly string[] =>
  port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host]

/**
 * The origin that a request is accepted under, or `undefined` for a host that we do not answer to. With `SLUICE_URL` that is its origin,
 * whatever the connection looked like; without, every loopback host is an origin of its own, and no other name is: so a page on a name
 * that somebody else controls cannot reach us (DNS rebinding), and no link is ever built from a header that a stranger sent.
 */
export function acceptedOrigin(request: FastifyRequest, url: URL | undefined): string | undefined {
  const host = request.host
  if (typeof host !== 'string' || host.length > 255) return undefined
  if (url) return hostsOf(url).includes(host.toLowerCase()) ? url.origin : undefined
  return loopback.test(host) ? `${request.protocol === 'https' ? 'https' : 'http'}://${host.toLowerCase()}` : undefined
}

/** Where the browser says a request comes from: our own pages, elsewhere, or not said (clients that are no browsers). */
export function comesFrom(request: FastifyRequest, origin: string): 'here' | 'elsewhere' | 'unknown' {
  const site = request.headers['sec-fetch-site']
  const from = request.headers.origin
  if (from !== undefined) return from === origin ? 'here' : 'elsewhere'
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'here' : 'elsewhere'
  return 'unknown'
}
