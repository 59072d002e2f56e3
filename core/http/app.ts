import { randomUUID } from 'node:crypto'
import { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Catalog } from '../configuration/catalog.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { ServedImage } from '../media/media.ts'
import { mountApi, type MountParts } from './api/mount.ts'
import { assetRoutes } from './assets.ts'
import { brandRoutes } from './brands.ts'
import { answerErrors, answerUnrouted } from './errors.ts'
import { executorRoutes } from './executor.ts'
import { flowRoutes, type FlowParts } from './flows.ts'
import { layGround } from './ground.ts'
import { demandHttps, setHeaders } from './headers.ts'
import { type Draining, healthRoutes, type Health } from './health.ts'
import { homeRoutes } from './home.ts'
import { interfaceRoutes } from './interfaces.ts'
import { observeRequests } from '../observe/requests.ts'
import type { Tracer } from '../observe/span.ts'
import { clientLimits } from './limits.ts'
import { acceptedOrigin } from './origin.ts'
import { mediaRoutes } from './media.ts'
import { mountProtocols, type LoadedProtocol } from './protocols.ts'
import { mailPreviewRoute, previewRoutes } from './preview.ts'
import type { Templates } from '../mail/templates.ts'
import { refusalRoutes } from './refusals.ts'
import { requestLog } from './request-log.ts'
import { wellKnownRoutes } from './well-known.ts'

export type AppParts = FlowParts & {
  readonly log: Logger
  readonly url: URL | undefined
  readonly trustedProxies: readonly string[]
  /** Connections at a time; those beyond are closed at once. */
  readonly maxConnections: number
  /** Undefined: no traces are taken down. */
  readonly tracer: Tracer | undefined
  readonly snapshot: () => Snapshot
  readonly protocols: readonly LoadedProtocol[]
  readonly catalog: Pick<Catalog, 'plugins' | 'authenticators'>
  readonly health: Health
  readonly state: Draining
  readonly media: (id: string) => Promise<ServedImage | undefined>
  readonly templates: Templates
  readonly api: Omit<MountParts, 'visits'>
}

export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const isSecure = parts.url?.protocol === 'https:'
  const app = await layGround(
    {
      loggerInstance: quieter(parts.log) as FastifyBaseLogger,
      logController: new LogController({ disableRequestLogging: true }),
      childLoggerFactory: requestLog,
      genReqId: () => randomUUID(),
      trustProxy: [...parts.trustedProxies],
      forceCloseConnections: 'idle',
      // What is read of a connection that was accepted before is answered: all that it needs is closed after the app.
      return503OnClosing: false,
      ...clientLimits,
      frameworkErrors: (error, request, reply) => void answerUnrouted(error, request, isSecure ? demandHttps(reply) : reply),
    },
    (request) => parts.pages.localeOf(request),
  )

  app.server.maxConnections = parts.maxConnections
  observeRequests(app, parts)
  // Hooks of every request call back: a promise for each costs more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    request.snapshot = parts.snapshot()
    setHeaders(request, reply)
    if (isSecure) demandHttps(reply)
    if (request.routeOptions.config.anyHost) return done()
    const origin = acceptedOrigin(request, parts.url)
    if (origin === undefined) return void parts.pages.unknownHost(request, reply)
    request.origin = origin
    if (origin.startsWith('https:')) demandHttps(reply)
    done()
  })
  // Whoever keeps a connection to a process that is about to end would send its next request into the void.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (parts.state.draining) void reply.header('connection', 'close')
    done()
  })
  if (parts.log.isLevelEnabled('debug'))
    app.addHook('onResponse', (request, reply, done) => {
      // The path alone: queries and bodies carry codes and answers.
      const path = request.routeOptions.url ?? 'none'
      request.log.debug(
        {
          method: request.method,
          route: path,
          status: reply.statusCode,
          traceId: request.seen?.span?.traceId,
          ms: Math.round(reply.elapsedTime * 10) / 10,
        },
        'http',
      )
      done()
    })
  answerErrors(app, parts.pages)
  healthRoutes(app, parts.health, parts.state)
  assetRoutes(app)
  mediaRoutes(app, parts)
  brandRoutes(app, parts)
  wellKnownRoutes(app, { ...parts, ...parts.catalog })
  previewRoutes(app, parts)
  mailPreviewRoute(app, parts)
  homeRoutes(app, parts)
  interfaceRoutes(app, { ...parts, interfaces: parts.catalog.plugins.flatMap(({ interfaces = [] }) => interfaces) })
  flowRoutes(app, parts)
  refusalRoutes(app, parts)
  executorRoutes(app, parts)
  await mountApi(app, { ...parts.api, visits: parts.visits })
  await mountProtocols(app, parts.protocols, parts)
  return app
}

/** Of Fastify's own lines at `info` there is one, for each address it listens on: the greeting says that in words. */
const quieter = (log: Logger): Logger => (log.level === 'info' ? log.child({}, { level: 'warn' }) : log)
