import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FlowParts } from './flows.ts'

type Refusal = { Params: { reference: string }; Querystring: { do?: string } }

const wishes = ['back', 'again', 'switch'] as const

/** Where the page of a refusal leads: `?do=back` to the application, `again`, or `switch` to sign in as somebody else. */
export function refusalRoutes(app: FastifyInstance, { front, visits, pages }: FlowParts): void {
  const get = async (request: FastifyRequest<Refusal>, reply: FastifyReply) => {
    const visit = await visits.visit(request)
    const wish = wishes.find((name) => name === request.query.do) ?? 'again'
    return pages.send(request, reply, visit, await front.afterRefusal(visit, request.params.reference, wish))
  }
  for (const path of ['/if/refused/:reference', '/if/refused/:reference/']) app.get<Refusal>(path, get)
}
