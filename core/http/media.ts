import type { FastifyInstance } from 'fastify'
import type { ServedImage } from '../media/media.ts'
import { documentImageCsp } from '../web/csp.ts'
import { isKnown } from './conditional.ts'
import type { Pages } from './pages.ts'

type MediaParts = { readonly media: (id: string) => Promise<ServedImage | undefined>; readonly pages: Pages }

const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
}

/**
 * Images that somebody uploaded. They never change, so browsers may keep them for ever; opened by themselves they are documents that may do
 * nothing, and pages of other sites cannot show them.
 */
export function mediaRoutes(app: FastifyInstance, { media, pages }: MediaParts): void {
  app.get<{ Params: { id: string } }>('/media/:id', async (request, reply) => {
    const image = await media(request.params.id)
    if (!image) return pages.notFound(request, reply)
    const etag = `"${image.sha256}"`
    void reply.headers({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': documentImageCsp,
      'cross-origin-resource-policy': 'same-origin',
      'content-disposition': `inline; filename="${request.params.id}.${extensions[image.type] ?? 'bin'}"`,
      etag,
    })
    if (isKnown(request, etag)) return reply.code(304).send()
    return reply.type(image.type).send(image.bytes)
  })
}
