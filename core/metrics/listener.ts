import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Log } from '../api/index.ts'
import type { ListenMetrics } from '../options/parsers.ts'
import { collect } from './collect.ts'
import { createExposition, type Exposition, type Gauges } from './exposition.ts'

/** Requests are a line and a few headers, and who is slow is no Prometheus. Milliseconds. */
const patience = 10_000
const connections = 50

const answered = (log: Log, tell: Exposition['text']): Server => {
  const server = createServer(
    { requestTimeout: patience, headersTimeout: patience, connectionsCheckingInterval: 1000 },
    (request, response) => {
      const say = (status: number, text: string, headers = {}) => {
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
        response.end(request.method === 'HEAD' ? undefined : text)
      }
      request.resume()
      if ((request.url ?? '').replace(/\?.*$/, '') !== '/metrics') return say(404, 'Metrics are at /metrics, and nothing else is here.\n')
      if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Metrics are read by GET.\n', { allow: 'GET, HEAD' })
      tell().then(
        ({ type, text }) => say(200, text, { 'content-type': type }),
        (error: unknown) => {
          log.error({ err: error }, 'metrics: cannot be told')
          say(500, 'The metrics cannot be told; the log says why.\n')
        },
      )
    },
  )
  server.maxConnections = connections
  return server
}

/** Told to people as it is. */
class PlaceRefused extends Error {
  override readonly name = 'PlaceRefused'
}

export type Metrics = { readonly address: string; close(): Promise<void> }

/**
 * Serves metrics on a listener of their own, and nothing else there. A place that is taken stops the start only if somebody asked for it: a second
 * server on one machine has no metrics then, and the log says so.
 */
export async function listenForMetrics(
  { host, port, byDefault }: ListenMetrics,
  tell: Exposition['text'],
  log: Log,
): Promise<Metrics | undefined> {
  const server = answered(log, tell)
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const { code } = error as NodeJS.ErrnoException
    const text = `SLUICE_LISTEN_METRICS: ${place} ${code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code ?? 'unknown reason'})`}`
    if (!byDefault) throw new PlaceRefused(`${text}; choose another place, or off`)
    log.warn({}, `${text}; this server has no metrics. Choose another place, or off`)
    return undefined
  }
  const { port: taken } = server.address() as AddressInfo
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Collects this process's metrics and serves them. Where the option is `off`, nothing is collected. */
export async function serveMetrics(listen: ListenMetrics | undefined, gauges: Gauges, log: Log): Promise<Metrics | undefined> {
  if (!listen) return undefined
  const collected = collect()
  const listening = await listenForMetrics(listen, createExposition(collected, gauges).text, log).catch((error: unknown) => {
    collected.close()
    throw error
  })
  if (!listening) collected.close()
  return (
    listening && {
      ...listening,
      async close() {
        collected.close()
        await listening.close()
      },
    }
  )
}
