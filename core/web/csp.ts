const base = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
]

/** The policy of an image that is opened by itself: then it is a document, which may do nothing. */
export const documentImageCsp = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/**
 * The policy of a page that is a picture of one: shown in frames of our own pages, and able to do nothing. It stays of our origin, since what is
 * not may not show our images; without scripts and forms that gives it no power.
 */
export const previewCsp = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  'sandbox allow-same-origin',
].join('; ')

/** The policy of a message to people that is looked at: it has its styles in itself, and is of no origin at all, whatever its template says. */
export const mailCsp = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  'sandbox',
].join('; ')

/** The Content-Security-Policy of every page. */
export const pageCsp = [...base, "form-action 'self'"].join('; ')

/**
 * The policy of a page that posts to an application. Browsers apply `form-action` to every redirect that follows the post, and applications
 * redirect from their callback to wherever they like, so the scheme is all that can be said; plain http only where `to` has it itself.
 */
export const formPostCsp = (to: URL): string =>
  [...base, to.protocol === 'http:' ? 'form-action http: https:' : 'form-action https:'].join('; ')

/** Of the pages of interfaces: as strict, with frames of our own pages for previews. What they load comes from here alone. */
export const interfaceCsp = [...base, "form-action 'self'", "frame-src 'self'"].join('; ')
