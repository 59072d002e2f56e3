import { createServer, isIP } from 'node:net'
import type { Listen } from '../../options/parsers.ts'
import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

/** `host` as in a URL: IPv6 in its brackets. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))

export const checkAddress = ({ url }: Options): Finding => {
  const subject = 'address'
  if (!url) {
    const fix = 'set SLUICE_URL to the address that browsers use, e.g. https://id.example.com'
    return { level: 'warning', subject, text: 'SLUICE_URL is not set: only this machine is served', fix }
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return {
      level: 'warning',
      subject,
      text: `${url.origin} is not encrypted: passwords and cookies can be read on the way`,
      fix: 'serve it over https',
    }
  }
  return { level: 'ok', subject, text: url.origin }
}

/** Could the server listen there now? */
const checkPlace = ({ host, port }: Listen, subject: string, option: string): Promise<Finding> =>
  new Promise((resolve) => {
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const probe = createServer()
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      const text = code === 'EADDRINUSE' ? `${place} is taken by another program` : `${place} cannot be used (${code ?? 'unknown reason'})`
      resolve({ level: 'error', subject, text, fix: `end that program, or choose another place by ${option}` })
    })
    probe.listen({ host, port }, () => probe.close(() => resolve({ level: 'ok', subject, text: `${place} is free` })))
  })

export const checkPort = ({ listenHttp }: Options): Promise<Finding> => checkPlace(listenHttp, 'port', 'SLUICE_LISTEN_HTTP')

/** A place that nobody chose, and that is taken, does not stop the start. */
export const checkMetricsPort = async ({ listenMetrics }: Options): Promise<readonly Finding[]> => {
  if (!listenMetrics) return []
  const found = await checkPlace(listenMetrics, 'metrics', 'SLUICE_LISTEN_METRICS')
  return [found.level === 'error' && listenMetrics.byDefault ? { ...found, level: 'warning' } : found]
}
