import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askingAs } from '../access/front.ts'
import { landingScreen } from '../web/screens.ts'
import type { FlowParts } from './flows.ts'

/**
 * Where somebody comes who wants no application: to the portal, or to a page without scripts that says who they are and what they can open, and
 * has the way out.
 */
export function homeRoutes(app: FastifyInstance, { visits, pages, accesses }: FlowParts): void {
  app.get('/', async (request, reply) => {
    const { session } = await visits.browser(request)
    const to = pages.inLanguage(request, session ? '/if/user/' : '/if/flow/redirect/')
    return reply.header('cache-control', 'no-store').redirect(to, 303)
  })

  const plain = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await visits.visit(request)
    const { browser, snapshot } = visit
    if (!browser.session) return reply.header('cache-control', 'no-store').redirect(pages.inLanguage(request, '/if/flow/redirect/'), 303)
    const applications = await accesses.openable(snapshot, askingAs(visit, browser.session))
    const screen = landingScreen({
      username: browser.session.username,
      applications,
      signOut: `/if/flow/${snapshot.defaultFlows.invalidation}/`,
    })
    return pages.page(request, reply, 200, { screen })
  }
  for (const path of ['/if/plain', '/if/plain/']) app.get(path, plain)
}
