import type { FastifyReply, FastifyRequest } from 'fastify'

/** Browsers keep a cookie for 400 days at most. What it opens is decided by records on the server. */
const maxAge = 400 * 24 * 3600

const secure = (origin: string) => origin.startsWith('https:')
const nameFor = (origin: string) => (secure(origin) ? '__Host-sluice' : 'sluice')

/** The one cookie: it names the browser's record. */
export const readCookie = (request: FastifyRequest, origin: string): string | undefined => request.cookies[nameFor(origin)]

export function setCookie(reply: FastifyReply, origin: string, value: string): void {
  void reply.setCookie(nameFor(origin), value, { path: '/', httpOnly: true, sameSite: 'lax', secure: secure(origin), maxAge })
}
