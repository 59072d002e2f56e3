import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered under any host name: health checks come by address. */
    anyHost?: boolean
  }
}

export type Health = {
  /** Throws if the database does not answer. */
  readonly database: () => Promise<void>
}

/** `live`: the process answers. `ready`: it can serve, its database answers too. */
export function healthRoutes(app: FastifyInstance, health: Health): void {
  const config = { anyHost: true }
  const live = async (_request: FastifyRequest, reply: FastifyReply) => reply.header('cache-control', 'no-store').send({ status: 'ok' })
  const ready = async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('cache-control', 'no-store')
    try {
      await health.database()
      return await reply.send({ status: 'ok' })
    } catch (error) {
      request.log.error({ err: error }, 'health: the database does not answer')
      return reply.code(503).send({ status: 'unavailable', detail: 'The database does not answer; the log says why.' })
    }
  }
  for (const slash of ['', '/']) {
    app.get(`/-/health/live${slash}`, { config }, live)
    app.get(`/-/health/ready${slash}`, { config }, ready)
  }
}
