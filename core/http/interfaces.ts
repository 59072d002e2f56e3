import { createReadStream } from 'node:fs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Interface } from '../api/index.ts'
import { interfaceCsp } from '../web/csp.ts'
import { directionOf } from '../web/locales.ts'
import { isKnown } from './conditional.ts'
import { builtFiles, builtPage, encoded } from './interface-files.ts'
import type { FlowParts } from './flows.ts'

const files = '/static/interfaces/'
const year = 'public, max-age=31536000, immutable'

/** The pages of interfaces, for whoever is signed in, and their files, for everybody: all that is in them is in the source code, too. */
export function interfaceRoutes(
  app: FastifyInstance,
  { interfaces, visits, pages }: Pick<FlowParts, 'visits' | 'pages'> & { readonly interfaces: readonly Interface[] },
): void {
  const built = builtFiles()
  app.get(`${files}*`, { config: { anyHost: true } }, (request, reply) => {
    const file = built.get((request.params as { '*': string })['*'])
    if (!file) return pages.notFound(request, reply)
    const { path, encoding } = encoded(file, request.headers['accept-encoding'] ?? '')
    void reply.headers({ 'cache-control': file.isImmutable ? year : 'no-cache', etag: file.etag, vary: 'accept-encoding' }).type(file.type)
    if (isKnown(request, file.etag)) return reply.code(304).send()
    if (encoding) void reply.header('content-encoding', encoding)
    return reply.send(createReadStream(path))
  })

  for (const { kind, path } of interfaces) {
    const html = builtPage(kind)
    const show = async (request: FastifyRequest, reply: FastifyReply) => {
      const { session } = await visits.browser(request)
      if (!session) return reply.header('cache-control', 'no-store').redirect(pages.inLanguage(request, signIn(request)), 303)
      if (html === undefined) return pages.notBuilt(request, reply, kind)
      return reply
        .headers({ 'cache-control': 'no-store', 'content-security-policy': interfaceCsp, 'content-language': request.locale })
        .type('text/html; charset=utf-8')
        .send(pageIn(html, { locale: request.locale, home: pages.inLanguage(request, '/') }))
    }
    // Below its path every address is the interface's own: it shows what is there, or that nothing is.
    app.get(path.slice(0, -1), show)
    app.get(`${path}*`, show)
  }
}

/** The page in a language. Whoever has no scripts is led `home`. */
const pageIn = (html: string, { locale, home }: { readonly locale: string; readonly home: string }): string =>
  html
    .replace('<html lang="en" dir="ltr">', `<html lang="${locale}" dir="${directionOf(locale)}">`)
    .replace('content="0; url=/"', `content="0; url=${home}"`)
    .replace('<a href="/">', `<a href="${home}">`)

/** To the sign-in, and back to where they wanted to go. */
const signIn = (request: FastifyRequest): string => `/if/flow/redirect/?${new URLSearchParams({ next: request.url })}`
