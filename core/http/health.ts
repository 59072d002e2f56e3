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
  /** Throws if Redis does not answer; undefined where none is used. */
  readonly redis: (() => Promise<void>) | undefined
}

/** Whether the process is about to end, and serves what still comes until balancers have noticed. */
export type Draining = { readonly draining: boolean }

/** How long what the server depends on may take to answer, in milliseconds: a balancer waits no longer for the whole. */
const patience = 2000

const inTime = async (check: () => Promise<void>): Promise<void> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${patience} ms`)), patience)
  try {
    await Promise.race([check(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * `live`: the process answers. `ready`: it can serve, its database answers too, and Redis where it is used, and it is not about to end.
 */
export function healthRoutes(app: FastifyInstance, health: Health, state: Draining): void {
  const config = { anyHost: true }
  const live = async (_request: FastifyRequest, reply: FastifyReply) => reply.header('cache-control', 'no-store').send({ status: 'ok' })
  const ready = async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('cache-control', 'no-store')
    const missing = await missingOf(health, request)
    if (missing.length === 0 && !state.draining) return reply.send({ status: 'ok' })
    if (missing.length === 0) return reply.code(503).send({ status: 'draining', detail: 'This server is about to end.' })
    return reply.code(503).send({
      status: 'unavailable',
      missing,
      detail: `${missing.join(' and ')} ${missing.length > 1 ? 'do' : 'does'} not answer; the log says why.`,
    })
  }
  for (const slash of ['', '/']) {
    app.get(`/-/health/live${slash}`, { config }, live)
    app.get(`/-/health/ready${slash}`, { config }, ready)
  }
}

/** The names of what does not answer. An outage of Redis is logged where it is noticed. */
async function missingOf({ database, redis }: Health, request: FastifyRequest): Promise<readonly string[]> {
  const [data, short] = await Promise.allSettled([inTime(database), redis && inTime(redis)])
  if (data.status === 'rejected') request.log.error({ err: data.reason as unknown }, 'health: the database does not answer')
  return [...(data.status === 'rejected' ? ['The database'] : []), ...(short.status === 'rejected' ? ['Redis'] : [])]
}
