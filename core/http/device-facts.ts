import type { FastifyRequest } from 'fastify'
import type { DeviceFacts } from '../api/index.ts'
import type { DeviceSettings } from '../configuration/device-settings.ts'
import { clientCertificate } from './client-certificate.ts'
import { among } from '../options/among.ts'

/** A header that came twice was added to what somebody else sent: nobody knows which of them the proxy wrote. */
const once = ({ raw, headers }: FastifyRequest, name: string): string | undefined => {
  const times = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length
  const value = headers[name]
  return times === 1 && typeof value === 'string' && value !== '' ? value.slice(0, 16_385) : undefined
}

/** Reads what a trusted proxy tells of the device that asks. `undefined`: nothing is configured, or it comes from no such proxy. */
export const deviceReader = (
  trustedProxies: readonly string[],
): ((request: FastifyRequest, settings: DeviceSettings, now: Date) => DeviceFacts | undefined) => {
  const isTrusted = among(trustedProxies)
  return (request, { certificate, posture }, now) => {
    if ((!certificate && posture.length === 0) || !isTrusted(request.socket.remoteAddress)) return undefined
    const shown = certificate && once(request, certificate.header)
    return {
      certificate: (shown !== undefined && clientCertificate(shown, certificate?.authorities ?? [], now.getTime())) || null,
      posture: Object.fromEntries(
        posture.flatMap(([name, header]) => {
          const value = once(request, header)
          return value === undefined || value.length > 500 ? [] : [[name, value] as const]
        }),
      ),
    }
  }
}
