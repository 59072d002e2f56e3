import type { FastifyInstance } from 'fastify'
import { landingScreen } from '../web/screens.ts'
import type { FlowParts } from './flows.ts'

/** The page of somebody who came without an application: who they are, what they can open, and the way out. */
export function homeRoutes(app: FastifyInstance, { visits, pages }: FlowParts): void {
  app.get('/', async (request, reply) => {
    const { browser, snapshot } = await visits.visit(request)
    if (!browser.session) return reply.header('cache-control', 'no-store').redirect(pages.inLanguage(request, '/if/flow/redirect/'), 303)
    const applications = [...snapshot.applications.values()].toSorted((a, b) => a.name.localeCompare(b.name))
    const screen = landingScreen({
      username: browser.session.username,
      applications,
      signOut: `/if/flow/${snapshot.defaultFlows.invalidation}/`,
    })
    return pages.page(request, reply, 200, { screen })
  })
}
