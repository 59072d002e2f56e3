import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Accesses } from '../access/authorize.ts'
import type { BackChannel } from '../access/back-channel.ts'
import type { Front } from '../access/front.ts'
import type { Next } from '../access/next.ts'
import type { Links } from '../access/links.ts'
import { ownPath } from '../access/own-path.ts'
import type { Visit } from '../access/visit.ts'
import type { Engine } from '../engine/engine.ts'
import { genuine } from './csrf.ts'
import type { Pages } from './pages.ts'
import type { Visits } from './visits.ts'

type Flow = {
  Params: { slug: string }
  Querystring: { run?: string; step?: string; link?: string; next?: string; confirm?: string; do?: 'restart' | 'resume' | 'back' }
  Body: Record<string, unknown> | undefined
}

export type FlowParts = {
  readonly engine: Engine
  readonly front: Front
  readonly visits: Visits
  readonly pages: Pages
  readonly links: Links
  readonly accesses: Accesses
  readonly backChannel: BackChannel
}

/** The HTML face of flows. The run is named by the address, so that tabs do not disturb each other; reading an address changes nothing that counts. */
export function flowRoutes(app: FastifyInstance, parts: FlowParts): void {
  const { engine, front, visits, pages, links } = parts

  const show = async (request: FastifyRequest<Flow>, visit: Visit): Promise<Next | undefined> => {
    const { run, step, link, next, confirm, do: wish } = request.query
    const { slug } = request.params
    const programs = visit.snapshot.flows
    if (typeof run === 'string') {
      if (wish === 'restart') return front.after(visit, await engine.restart(run, programs, visit))
      const view = await engine.view(run, programs, visit, typeof step === 'string' ? step : undefined)
      if (wish === 'resume') return front.resume(visit, view)
      if (wish === 'back') return front.back(visit, view)
      return front.after(visit, view)
    }
    if (typeof link === 'string') {
      const opened = await links.read(link)
      return opened ? front.open(visit, slug, { link: opened, next }) : undefined
    }
    return front.open(visit, slug, { next, confirm: confirm === '1' })
  }

  const get = async (request: FastifyRequest<Flow>, reply: FastifyReply) => {
    if (request.params.slug === 'redirect') {
      const flow = `/if/flow/${request.snapshot.defaultFlows.authentication}/`
      const next = ownPath(request.query.next, request.origin)
      return reply.redirect(pages.inLanguage(request, next === undefined ? flow : `${flow}?${new URLSearchParams({ next })}`), 302)
    }
    const visit = await visits.visit(request)
    const next = await show(request, visit)
    if (next) return pages.send(request, reply, visit, next)
    return request.query.link === undefined ? pages.notFound(request, reply) : pages.deadLink(request, reply)
  }

  const post = async (request: FastifyRequest<Flow>, reply: FastifyReply) => {
    const visit = await visits.visit(request)
    if (visit.browser.cookie !== undefined) return pages.noCookie(request, reply)
    if (!genuine(request, visit.browser, request.origin)) return pages.forged(request, reply)
    const { _csrf, _challenge: challenge, ...answer } = request.body ?? {}
    const { run } = request.query
    if (typeof run !== 'string') return pages.send(request, reply, visit, { next: 'gone' })
    const view = await engine.answer(run, typeof challenge === 'string' ? challenge : '', answer, visit.snapshot.flows, visit)
    return pages.send(request, reply, visit, await front.after(visit, view))
  }

  for (const path of ['/if/flow/:slug', '/if/flow/:slug/']) {
    app.get<Flow>(path, get)
    app.post<Flow>(path, post)
  }
}
