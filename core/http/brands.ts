import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Pages } from './pages.ts'

export const sendStyles = (reply: FastifyReply, css: string, cacheControl: string): FastifyReply =>
  reply.header('cache-control', cacheControl).type('text/css; charset=utf-8').send(css)

/**
 * The style sheets of brands. Their addresses change with their content, so browsers may keep them for ever; under an address of before, which an
 * older page has, what there is now is answered and not kept.
 */
export function brandRoutes(app: FastifyInstance, { pages }: { readonly pages: Pages }): void {
  app.get<{ Params: { file: string } }>('/brand/:file', (request, reply) => {
    const [, slug = '', hash] = /^([\w-]+)\.([\w-]+)\.css$/.exec(request.params.file) ?? []
    const brand = request.snapshot.brands.get(slug)
    if (!brand) return pages.notFound(request, reply)
    const { sheet = { hash: '', css: '' } } = brand
    return sendStyles(reply, sheet.css, sheet.hash === hash ? 'public, max-age=31536000, immutable' : 'no-store')
  })
}
