import type { FastifyInstance } from 'fastify'
import { assets } from '../web/assets.ts'
import { documentImageCsp } from '../web/csp.ts'
import { isKnown } from './conditional.ts'

/** Files of pages. Their addresses change with their content, so browsers may keep them for ever. */
export function assetRoutes(app: FastifyInstance): void {
  for (const [address, { type, body, gzip, etag }] of assets()) {
    app.get(address, { config: { anyHost: true } }, (request, reply) => {
      void reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', etag, vary: 'accept-encoding' }).type(type)
      if (type === 'image/svg+xml') void reply.header('content-security-policy', documentImageCsp)
      if (isKnown(request, etag)) return reply.code(304).send()
      const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
      return zipped ? reply.header('content-encoding', 'gzip').send(gzip) : reply.send(body)
    })
  }
}
