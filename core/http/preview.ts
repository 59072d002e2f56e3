import type { FastifyInstance } from 'fastify'
import type { createCallers } from '../access/caller.ts'
import { mailMessages } from '../mail/messages.ts'
import type { Templates } from '../mail/templates.ts'
import { sampleLocale, sampleMail } from '../mail/test-mail.ts'
import { stylesOf } from '../web/brand.ts'
import { mailCsp, previewCsp } from '../web/csp.ts'
import { brandIn, inScheme, lookOf, type LookQuery, schemeOf, sheetOf } from '../web/preview.ts'
import { sendStyles } from './brands.ts'
import type { Pages } from './pages.ts'
import { mayAtBrowser } from './permitted.ts'
import type { Visits } from './visits.ts'

type PreviewParts = {
  readonly visits: Visits
  readonly pages: Pages
  readonly api: { readonly callers: ReturnType<typeof createCallers> }
}
type AskedMail = { readonly Params: { readonly message: string }; readonly Querystring: { readonly locale?: unknown } }
type Asked = { readonly Querystring: LookQuery }

const styles = '/if/preview/brand.css'
const sheet = '/if/preview/flow.css'

/**
 * How a page to sign in would look with a brand that is not stored yet. A picture of a page: nothing in it can be sent, opened or run, so that pages
 * of this server, and of no other, may show it in a frame. Its colours are a style sheet of the same query, which holds nothing but those; it is for
 * everybody, since a sandboxed page has no cookies to show. Light or dark is said by the query: who looks at a brand wants to see both.
 */
export function previewRoutes(app: FastifyInstance, { visits, pages, api }: PreviewParts): void {
  for (const path of ['/if/preview/sign-in', '/if/preview/sign-in/']) {
    app.get<Asked>(path, async (request, reply) => {
      if (!(await mayAtBrowser(request, 'brands.view', { visits, callers: api.callers }))) return pages.error(request, reply, 403)
      // Loaded when it is asked for: nobody signs in by it.
      const { renderSample } = await import('../web/samples.ts')
      const at = request.url.indexOf('?')
      const brand = brandIn(request.query, at < 0 ? styles : `${styles}${request.url.slice(at)}`)
      const name = schemeOf(request.query)
      const picture = name === undefined ? {} : { scheme: { name, sheet: `${sheet}?scheme=${name}` } }
      const page = renderSample('sign-in', { locale: request.locale, path, brand, picture })
      return reply
        .headers({ 'content-security-policy': previewCsp, 'x-frame-options': 'SAMEORIGIN', 'cache-control': 'no-store' })
        .header('content-language', request.locale)
        .type('text/html; charset=utf-8')
        .send(page)
    })
  }
  app.get<Asked>(styles, ({ query }, reply) => sendStyles(reply, inScheme(stylesOf(lookOf(query)), schemeOf(query)), 'no-store'))
  app.get<Asked>(sheet, ({ query }, reply) => sendStyles(reply, sheetOf(schemeOf(query)), 'no-store'))
}

/** The HTML of a message, by the same templates and the same data as in the API: a page of its own, since it brings styles that a page around it must not allow. */
export function mailPreviewRoute(
  app: FastifyInstance,
  { visits, pages, api, templates }: PreviewParts & { readonly templates: Templates },
): void {
  app.get<AskedMail>('/if/preview/mail/:message', async (request, reply) => {
    if (!(await mayAtBrowser(request, 'settings.view', { visits, callers: api.callers }))) return pages.error(request, reply, 403)
    const message = mailMessages.find((name) => name === request.params.message)
    if (!message) return pages.error(request, reply, 404)
    const { locale: wanted } = request.query
    const { origin, snapshot } = request
    const locale = sampleLocale(templates, [typeof wanted === 'string' ? wanted : undefined, request.locale])
    const { html } = sampleMail(templates, message, { locale, origin, brand: snapshot.brandOf(origin) })
    return reply
      .headers({ 'content-security-policy': mailCsp, 'x-frame-options': 'SAMEORIGIN', 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(html)
  })
}
