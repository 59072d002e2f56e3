import type { FastifyRequest } from 'fastify'
import type { RequestView } from '../api/index.ts'
import type { Browser } from '../access/types.ts'
import type { Visit } from '../access/visit.ts'
import type { Snapshot } from '../configuration/types.ts'
import { deviceReader } from './device-facts.ts'
import { readCookie } from './cookies.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The origin that this request was accepted under. Set before anything else runs; health checks alone have none. */
    origin: string
    /** The configuration that this request began with. */
    snapshot: Snapshot
    /** Its language, worked out where somebody asks. */
    readonly locale: string
    chosenLocale: string | undefined
  }
}

export type VisitParts = {
  readonly readBrowser: (cookie: string | undefined) => Promise<Browser>
  readonly now: () => Date
  readonly trustedProxies: readonly string[]
}

/** The request as stages and events see it. */
const viewOf = (request: FastifyRequest, deviceOf: ReturnType<typeof deviceReader>, at: Date): RequestView => {
  const device = deviceOf(request, request.snapshot.device, at)
  return {
    id: request.id,
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 512),
    locale: request.locale,
    origin: request.origin,
    at,
    ...(device && { device }),
  }
}

/** Reads the browser's record, once per request. */
export class Visits {
  readonly #parts: VisitParts
  readonly #deviceOf: ReturnType<typeof deviceReader>
  readonly #browsers = new WeakMap<FastifyRequest, Promise<Browser>>()
  constructor(parts: VisitParts) {
    this.#parts = parts
    this.#deviceOf = deviceReader(parts.trustedProxies)
  }

  view(request: FastifyRequest): RequestView {
    return viewOf(request, this.#deviceOf, this.#parts.now())
  }

  browser(request: FastifyRequest): Promise<Browser> {
    let browser = this.#browsers.get(request)
    if (!browser) {
      browser = this.#parts.readBrowser(readCookie(request, request.origin))
      this.#browsers.set(request, browser)
    }
    return browser
  }

  async visit(request: FastifyRequest): Promise<Visit> {
    const { snapshot } = request
    return { request: this.view(request), browser: await this.browser(request), factors: snapshot.factors, snapshot }
  }
}
