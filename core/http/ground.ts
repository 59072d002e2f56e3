import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import type { Snapshot } from '../configuration/types.ts'
import { demandPermissions } from './api/mount.ts'

/** Bytes. Forms are small; nothing is uploaded here. */
const bodyLimit = 128 * 1024

/**
 * What all routes stand on, those of protocols too: what they may add depends on what is there. `localeOf`: the language of a request, asked where
 * somebody wants to know it, since most that ask for tokens never do.
 */
export async function layGround(
  options: FastifyServerOptions = {},
  localeOf: (request: FastifyRequest) => string = () => 'en',
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit,
    routerOptions: { maxParamLength: 512, caseSensitive: true },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
    ...options,
  })
  app.decorateRequest('origin', '')
  app.decorateRequest('snapshot', null as unknown as Snapshot)
  app.decorateRequest('chosenLocale', undefined)
  app.decorateRequest('locale', {
    getter() {
      return (this.chosenLocale ??= localeOf(this))
    },
  })
  await app.register(cookie)
  await app.register(formbody, { bodyLimit })
  demandPermissions(app)
  return app
}
