import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageCsp } from '../web/csp.ts'

/** What every answer carries, whatever it is. Pages that must differ (form_post) set their own policy over it. */
export function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({
    'content-security-policy': pageCsp,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and nothing could be told from elsewhere.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'x-request-id': request.id,
  })
}

/** Tells browsers to come by https only, for a year (RFC 6797). For a server that has an https address: over plain http it is ignored. */
export const demandHttps = (reply: FastifyReply): FastifyReply => reply.header('strict-transport-security', 'max-age=31536000')
