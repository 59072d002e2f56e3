import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Browser } from '../access/types.ts'
import { comesFrom } from './origin.ts'

/** The token that every form of ours carries. It follows from the browser's secret, so it changes at each sign-in and sign-out. */
export const csrfToken = (browser: Browser): string => createHmac('sha256', browser.secret).update('csrf').digest('base64url')

/** May this form post be acted on? It must come from our own page, and carry the token of the browser that sends it. */
export function genuine(request: FastifyRequest, browser: Browser, origin: string): boolean {
  if (comesFrom(request, origin) === 'elsewhere') return false
  const given = (request.body as Record<string, unknown> | undefined)?.['_csrf']
  const expected = csrfToken(browser)
  return (
    typeof given === 'string' && Buffer.byteLength(given) === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  )
}
