import type { AuditEvent, Json } from '../api/index.ts'
import type { EventMailData } from './messages.ts'

/** Details of one event that are shown, and characters of each. */
const [mostDetails, longest] = [30, 300]

/** What could be a name of a host or a number: what stands between spaces and the signs of addresses. */
const word = /[^\s/:;,@()[\]"'<>=]+/g
const isNumber = (text: string): boolean => /^[\d.]+$/.test(text)

/** What strangers type must not become a link in a mail to operators: `https[:]//evil1[.]example`. */
const defanged = (text: string): string => {
  const shown = text
    .replaceAll(word, (one) => (isNumber(one) ? one : one.replaceAll(/(?<=[^.])\.(?=[^.])/g, '[.]')))
    .replaceAll(/:(?=\/)/g, '[:]')
    .replaceAll('@', '[@]')
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown
}

/** The leaves of a value by their paths, e.g. `object.kind`. */
function* leaves(value: Json, path: string): Generator<{ readonly name: string; readonly value: string }> {
  if (typeof value !== 'object' || value === null) yield { name: path, value: defanged(String(value)) }
  else for (const [name, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? defanged(name) : `${path}.${defanged(name)}`)
}

/** An event as templates see it: nothing of it becomes a link. */
export const eventOfMail = (event: AuditEvent, held: boolean): EventMailData['event'] => ({
  id: event.id,
  action: event.action,
  user: defanged(event.userName ?? event.user ?? ''),
  application: defanged(event.application ?? ''),
  ip: event.ip,
  userAgent: defanged(event.userAgent),
  details: [...leaves(event.detail, '')].filter(({ name }) => name !== '').slice(0, mostDetails),
  held,
})
