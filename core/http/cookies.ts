import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Next } from '../access/next.ts'
import type { Visit } from '../access/visit.ts'

/** Browsers keep a cookie for 400 days at most. What it opens is decided by records on the server. */
const maxAge = 400 * 24 * 3600

const secure = (origin: string) => origin.startsWith('https:')
const nameFor = (origin: string) => (secure(origin) ? '__Host-sluice' : 'sluice')

/** The one cookie: it names the browser's record. */
export const readCookie = (request: FastifyRequest, origin: string): string | undefined => request.cookies[nameFor(origin)]

export function setCookie(reply: FastifyReply, origin: string, value: string): void {
  void reply.setCookie(nameFor(origin), value, { path: '/', httpOnly: true, sameSite: 'lax', secure: secure(origin), maxAge })
}

/**
 * The cookie that goes with an answer: of a record that changed, or of a new browser where a run, or the way back from a refusal, waits for it. A new one goes with nothing
 * else: another tab's request, sent before a sign-in and answered after it, must not replace the cookie of the session.
 */
export const cookieFor = ({ browser }: Visit, next: Next): string | undefined =>
  next.cookie ?? (next.next === 'ask' || next.next === 'see' || next.next === 'refused' ? browser.cookie : undefined)
