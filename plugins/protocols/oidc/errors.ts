/** RFC 6749 §4.1.2.1: printable ASCII without the double quote and the backslash, so that it fits headers, too. */
const printable = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')

/**
 * A "no" in the protocol's own terms: `error` is a code of RFC 6749, RFC 6750 or OIDC Core; the description tells the application's
 * developer what to do, and never holds a secret. `status` is the HTTP status where it is answered directly.
 */
export class OAuthError extends Error {
  readonly error: string
  readonly status: number
  constructor(error: string, description: string, status = 400) {
    super(printable(description))
    this.error = error
    this.status = status
  }
}

/** Why a browser's request is answered by a page of ours: each has the messages `oidc.refused.<why>` and `oidc.refused.<why>.fix`. */
export const reasons = [
  'repeated',
  'client-missing',
  'client-unknown',
  'redirect-missing',
  'redirect-unknown',
  'application-unknown',
] as const
type Why = (typeof reasons)[number]

/** A browser's request that must not be answered by a redirect (RFC 6749 §4.1.2.1): it gets a page that shows what was `sent`. */
export class Unanswerable extends Error {
  readonly why: Why
  readonly sent: Readonly<Record<string, string | undefined>>
  readonly status: number
  constructor(why: Why, sent: Readonly<Record<string, string | undefined>>, status = 400) {
    super(why)
    this.why = why
    this.sent = sent
    this.status = status
  }
}
