import type { FastifyInstance } from 'fastify'
import type { Authenticator } from '../api/index.ts'
import type { Pages } from './pages.ts'
import type { Visits } from './visits.ts'

type WellKnownParts = {
  /** All that are loaded: which of them answers is up to the configuration. */
  readonly authenticators: ReadonlyMap<string, Authenticator>
  readonly visits: Visits
  readonly pages: Pages
}

/** What authenticators tell everybody at `/.well-known/` (RFC 8615), as long as they are enabled. Pages of other sites cannot read it: it is for browsers themselves. */
export function wellKnownRoutes(app: FastifyInstance, { authenticators, visits, pages }: WellKnownParts): void {
  for (const { kind, wellKnown = {} } of authenticators.values())
    for (const [name, tell] of Object.entries(wellKnown))
      app.get(`/.well-known/${name}`, (request, reply) => {
        const found = request.snapshot.factors.authenticators.get(kind)
        const told = found && tell(found.settings, visits.view(request))
        if (told === undefined) return pages.notFound(request, reply)
        return reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(told))
      })
}
