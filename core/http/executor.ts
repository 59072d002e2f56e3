import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Message, Screen } from '../api/index.ts'
import type { Next } from '../access/next.ts'
import type { Visit } from '../access/visit.ts'
import { cookieFor, setCookie } from './cookies.ts'
import type { FlowParts } from './flows.ts'
import { comesFrom } from './origin.ts'
import type { Translate } from '../web/messages.ts'
import { sendProblem } from './problem.ts'

type Run = {
  Params: { slug: string }
  Body:
    | { run?: string; challenge?: string; answer?: Record<string, unknown>; link?: string; next?: string; confirm?: true; restart?: true }
    | undefined
}

const body = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    run: { type: 'string' },
    challenge: { type: 'string' },
    answer: { type: 'object' },
    link: { type: 'string' },
    next: { type: 'string' },
    confirm: { const: true },
    restart: { const: true },
  },
}

/**
 * The JSON face of flows, from the same screens: `POST /api/v1/flows/<slug>/run` with `{}`, `{next}` or `{confirm}` begins a run, with `{run}` shows it, with
 * `{run, challenge, answer}` answers it. A run belongs to the browser cookie that the first answer sets.
 */
export function executorRoutes(app: FastifyInstance, { engine, front, visits, links, pages }: FlowParts): void {
  const handle = async (request: FastifyRequest<Run>, reply: FastifyReply) => {
    if (comesFrom(request, request.origin) === 'elsewhere') {
      return sendProblem(reply, {
        status: 403,
        code: 'cross-site',
        title: 'Refused',
        detail: 'A page of another site sent this request. Only pages of this server, and clients that are no browsers, may run flows.',
      })
    }
    const visit = await visits.visit(request)
    const { run, challenge, answer, link, next: then, confirm = false, restart } = request.body ?? {}
    const programs = visit.snapshot.flows
    if (run !== undefined && answer !== undefined) {
      return send(request, reply, visit, await front.after(visit, await engine.answer(run, challenge ?? '', answer, programs, visit)))
    }
    if (run !== undefined) {
      return send(
        request,
        reply,
        visit,
        await front.after(visit, restart ? await engine.restart(run, programs, visit) : await engine.view(run, programs, visit)),
      )
    }
    const opened = link === undefined ? undefined : await links.read(link)
    const next =
      link !== undefined && !opened ? undefined : await front.open(visit, request.params.slug, { link: opened, next: then, confirm })
    if (next) return send(request, reply, visit, next)
    return sendProblem(reply, {
      status: 404,
      code: 'no-such-flow',
      title: 'Not found',
      detail: `There is no flow "${request.params.slug}" that can be opened like this.`,
    })
  }

  const send = (request: FastifyRequest, reply: FastifyReply, visit: Visit, next: Next) => {
    const cookie = cookieFor(visit, next)
    if (cookie !== undefined) setCookie(reply, request.origin, cookie)
    void reply.header('cache-control', 'no-store')
    const text = pages.translator(request)
    switch (next.next) {
      case 'ask': {
        const { runId, flow, step, challenge, screen, errors, notice, application, status, retryAfter } = next.view
        if (retryAfter !== undefined) void reply.header('retry-after', retryAfter)
        return reply.code(status).send({
          run: runId,
          flow,
          step,
          challenge,
          application,
          notice: notice && spoken(notice, text),
          errors: Object.fromEntries(Object.entries(errors).map(([field, error]) => [field, spoken(error, text)])),
          screen: spokenScreen(screen, text),
        })
      }
      case 'see':
        return sendProblem(reply, {
          status: 409,
          code: 'moved',
          title: 'Changed meanwhile',
          detail: 'Another request moved this run. Ask where it stands: POST {"run"}.',
        })
      case 'home':
        return reply.send({ done: true, redirect: next.to ?? '/' })
      case 'done':
      case 'signed-out':
        return reply.send({ done: true })
      case 'answer':
        if (next.answer.answer === 'redirect') return reply.send({ done: true, redirect: next.answer.to.href })
        if (next.answer.answer === 'post') return reply.send({ done: true, post: { to: next.answer.to.href, fields: next.answer.fields } })
        if (next.answer.answer === 'json') return reply.code(next.answer.status).send(next.answer.body)
        return reply.code(next.answer.status).send({ screen: spokenScreen(next.answer.screen, text) })
      case 'denied':
      case 'refused':
        return sendProblem(reply, { status: 403, code: 'denied', title: 'Denied', detail: text(next.why), reference: next.reference })
      case 'failed':
        return sendProblem(reply, {
          status: 500,
          code: 'stage-failed',
          title: 'A step failed',
          detail: 'A step of this flow failed; nothing was skipped. The reference is in the log.',
          reference: next.reference,
        })
      case 'over':
        return sendProblem(reply, { status: 410, code: 'over', title: 'Over', detail: 'This run has ended. Begin a new one.' })
      case 'throttled':
        void reply.header('retry-after', next.retryAfter)
        return sendProblem(reply, {
          status: 429,
          code: 'too-many-runs',
          title: 'Too many requests',
          detail: `Too many sign-ins were begun from this address. Try again in ${next.retryAfter} seconds.`,
        })
      case 'gone':
        return sendProblem(reply, {
          status: 404,
          code: 'no-such-run',
          title: 'Not found',
          detail: 'There is no such run at this browser, or it has expired. Begin a new one.',
        })
    }
  }

  for (const path of ['/api/v1/flows/:slug/run', '/api/v1/flows/:slug/run/']) {
    app.post<Run>(path, { schema: { body }, config: { permission: 'public' } }, handle)
  }
}

/** A message with its text in the request's language; keys stay for clients that bring their own texts. */
const spoken = (message: Message, text: Translate) => ({ ...message, text: text(message) })

/** Every message in a screen, wherever it is. */
const spokenScreen = (screen: Screen, text: Translate): unknown => speak(screen, text)
function speak(value: unknown, text: Translate): unknown {
  if (Array.isArray(value)) return value.map((item) => speak(item, text))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, item]) => [name, isMessage(item) ? spoken(item, text) : speak(item, text)] as const)
  return Object.fromEntries(entries)
}
/** Nodes hold messages under these names only, see `Screen`; anything else that looks like one is data. */
const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ('key' in value || ('text' in value && typeof value.text === 'string')) &&
  !('node' in value)
