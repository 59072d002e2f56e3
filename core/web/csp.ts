const base = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
]

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
