import type { FastifyInstance } from 'fastify'
import { askingAs } from '../access/front.ts'
import { landingScreen } from '../web/screens.ts'
import type { FlowParts } from './flows.ts'

/**
 * Where somebody comes who wants no application. The page says who they are and what they can open, and has the way out; where scripts run, it gives
 * way to the portal before it is seen.
 */
export function homeRoutes(app: FastifyInstance, { visits, pages, accesses }: FlowParts): void {
  app.get('/', async (request, reply) => {
    const visit = await visits.visit(request)
    const { browser, snapshot } = visit
    if (!browser.session) return reply.header('cache-control', 'no-store').redirect(pages.inLanguage(request, '/if/flow/redirect/'), 303)
    const applications = await accesses.openable(snapshot, askingAs(visit, browser.session))
    const screen = landingScreen({
      username: browser.session.username,
      applications,
      signOut: `/if/flow/${snapshot.defaultFlows.invalidation}/`,
    })
    return pages.page(request, reply, 200, { screen, script: 'to-portal.js' })
  })
}
