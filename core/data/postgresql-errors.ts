import { DatabaseError } from 'pg'
import { untrusted } from './untrusted.ts'

/** SQLSTATE by class or whole: connection lost, server going down or full, a statement or a wait for a lock that took too long. */
const temporary = /^(?:08|53|57P0[1-3]$|57014$|55P03$|25P03$|40P01$)/
/** What the driver says without a code where the server is gone or silent. */
const lost =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|client has encountered a connection error|not queryable/i
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/** Is it the server that does not answer, or that cannot be trusted, rather than something about what it was asked? */
export const isGone = (error: unknown): boolean => {
  if (error instanceof DatabaseError) return temporary.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  if (untrusted(error, 'SLUICE_DATABASE_URL')) return true
  return lost.test(error.message) || ('code' in error && network.has(String(error.code)))
}

/** A connection that did not answer in time is of no use to the next one: its answer may still come. */
export const isSilent = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout'

/**
 * Of the statements that a client has prepared, those with `*` no longer fit after a migration by another process has added a column. And one
 * whose preparing failed is not there for those that were sent right after it.
 */
export const isStale = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === '26000' || (error.code === '0A000' && error.message.startsWith('cached plan')))
