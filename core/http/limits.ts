/**
 * How long clients may take, in milliseconds. Who sends a byte at a time, or nothing, holds a connection no longer than this; Node answers 408 and closes it.
 * Headers are 16 KB at most, which is Node's own bound: 431.
 */
const patience = {
  headers: 10_000,
  /** With the body. */
  request: 30_000,
  /** Between requests of one connection: longer than proxies keep theirs, so that it is they who close. */
  idle: 72_000,
  checking: 1000,
} as const

/** The same as options of Fastify and of Node's server. */
export const clientLimits = {
  requestTimeout: patience.request,
  keepAliveTimeout: patience.idle,
  http: { headersTimeout: patience.headers, connectionsCheckingInterval: patience.checking },
} as const
