import { delivered, giveUp, tryAgain, type Delivery, type HttpAnswer } from 'sluice/plugin'

/** Seconds of `Retry-After` (RFC 9110 §10.2.3): a number, or a date. Undefined: it says nothing of use. */
export const retryAfter = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header)
  // What is no date of HTTP may be read as one all the same, such as -5.
  const at = /^[A-Z][a-z]+, .* GMT$/.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

const asksForTime: ReadonlySet<number> = new Set([429, 503])

/** What an answer means. Its body is told to nobody: whoever may test a sink must not read by it what other servers say. */
export const deliveryOf = ({ status, headers }: HttpAnswer, now: number): Delivery => {
  const said = `the receiver answered ${status}`
  if (status >= 200 && status < 300) return delivered(said, { status })
  if (status === 410) return giveUp(`${said}: it wants no more events; disable or delete the sink`, { status })
  if (status >= 300 && status < 400) return tryAgain(`${said}: redirects are not followed; write the address that it leads to`, { status })
  const after = asksForTime.has(status) ? retryAfter(headers['retry-after'], now) : undefined
  return tryAgain(said, { status, ...(after !== undefined && { after }) })
}
