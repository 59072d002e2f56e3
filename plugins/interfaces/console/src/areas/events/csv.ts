import type { AuditEvent } from './types.ts'

const columns = ['at', 'action', 'user', 'userName', 'application', 'ip', 'userAgent', 'request', 'id', 'detail'] as const

/** One field, RFC 4180. What a spreadsheet would take for a formula is made a text by an apostrophe. */
const field = (value: unknown): string => {
  const plain = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const text = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvOf = (events: readonly AuditEvent[]): string =>
  [columns.join(','), ...events.map((event) => columns.map((name) => field(event[name])).join(','))].map((line) => `${line}\r\n`).join('')
