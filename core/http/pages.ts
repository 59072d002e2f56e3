import type { FastifyReply, FastifyRequest } from 'fastify'
import { msg, type Answer, type Message, type Screen } from '../api/index.ts'
import type { Next } from '../access/next.ts'
import type { Visit } from '../access/visit.ts'
import { sluice } from '../web/brand.ts'
import { formPostCsp } from '../web/csp.ts'
import type { Frame } from '../web/layout.ts'
import { languageParameter } from '../web/language-switch.ts'
import { renderForward, renderPost } from '../web/leaving.ts'
import type { createMessages, Translate } from '../web/messages.ts'
import { renderPage, type PageModel } from '../web/page.ts'
import {
  deadLinkScreen,
  deniedScreen,
  doneScreen,
  errorScreen,
  expiredScreen,
  refusedScreen,
  savedScreen,
  signedOutScreen,
  unknownHostScreen,
} from '../web/screens.ts'
import { cookieFor, setCookie } from './cookies.ts'
import { csrfToken } from './csrf.ts'
import { sendProblem, wantsPage } from './problem.ts'

const signIn = '/if/flow/redirect/'

type Shown = Pick<PageModel, 'screen'> & Partial<PageModel>

/** Answers browsers: screens become pages, and what leads elsewhere a redirect that every browser follows. */
export class Pages {
  readonly #messages: ReturnType<typeof createMessages>
  readonly #url: URL | undefined
  /** `url`: the one address that is served, if it was set. */
  constructor(messages: ReturnType<typeof createMessages>, url: URL | undefined) {
    this.#messages = messages
    this.#url = url
  }

  /** `?lang=` or `ui_locales`, then what the browser asks for. */
  localeOf(request: FastifyRequest): string {
    const query = request.query as Record<string, unknown>
    const asked = [query[languageParameter], query['ui_locales']].map((value) => (typeof value === 'string' ? value : undefined))
    return this.#messages.negotiate(...asked, request.headers['accept-language'])
  }

  translator(request: FastifyRequest): Translate {
    return this.#messages.translator(request.locale)
  }

  /** A path of ours, with the language that was chosen for this one. */
  inLanguage(request: FastifyRequest, path: string): string {
    const lang = (request.query as Record<string, unknown>)[languageParameter]
    if (typeof lang !== 'string') return path
    const url = new URL(path, request.origin)
    url.searchParams.set(languageParameter, lang)
    return `${url.pathname}${url.search}${url.hash}`
  }

  async send(request: FastifyRequest, reply: FastifyReply, visit: Visit, next: Next): Promise<FastifyReply> {
    const cookie = cookieFor(visit, next)
    if (cookie !== undefined) setCookie(reply, request.origin, cookie)
    switch (next.next) {
      case 'ask': {
        const address = runAddress(request, next.view.flow, next.view.runId, next.view.step)
        // What is said once is said now: behind a redirect nobody would know of it any more.
        const said = next.view.status !== 200 || next.view.notice !== undefined
        const shown = isOfRun(request, next.view) && (said || (request.method !== 'POST' && isAtStep(request, next.view.step)))
        if (!shown) return redirect(reply, address)
        const { errors, notice, application, user, challenge, status, retryAfter } = next.view
        if (retryAfter !== undefined) void reply.header('retry-after', retryAfter)
        return this.page(request, reply, status, {
          screen: this.#linksInLanguage(request, next.view.screen),
          errors: notice && Object.keys(errors).length === 0 ? { '': notice } : errors,
          application,
          ...(user && { user: { username: user.username, ...(user.typed && { notYou: `${address}&do=restart` }) } }),
          action: address,
          hidden: { _csrf: csrfToken(visit.browser), _challenge: challenge },
        })
      }
      case 'see':
        return redirect(reply, runAddress(request, next.flow, next.runId))
      case 'home':
        return redirect(reply, this.inLanguage(request, next.to ?? '/'))
      case 'done':
        return this.page(request, reply, 200, {
          screen: next.isSignedIn ? savedScreen({ home: this.inLanguage(request, '/') }) : doneScreen({ signIn }),
        })
      case 'signed-out':
        return this.page(request, reply, 200, { screen: signedOutScreen({ signIn }), application: undefined })
      case 'answer':
        return this.answer(request, reply, next.answer)
      case 'denied': {
        const again = `${runAddress(request, next.flow, next.runId)}&do=resume`
        const screen = deniedScreen({ why: next.why, reference: next.reference, again })
        return this.page(request, reply, 403, {
          screen: next.back ? withBack(screen, `${runAddress(request, next.flow, next.runId)}&do=back`) : screen,
        })
      }
      case 'refused':
        return this.page(request, reply, 403, { screen: refusedScreen({ ...next, links: refusalAddress(request, next.reference) }) })
      case 'failed':
        return this.page(request, reply, 500, { screen: errorScreen({ status: 500, reference: next.reference }) })
      case 'over':
        return this.page(request, reply, 410, {
          screen: expiredScreen({ again: `${runAddress(request, next.flow, next.runId)}&do=resume` }),
        })
      case 'throttled':
        void reply.header('retry-after', next.retryAfter)
        return this.error(request, reply, 429)
      case 'gone':
        return this.page(request, reply, 410, { screen: expiredScreen({ again: signIn }) })
    }
  }

  /** A protocol's answer. After a form of ours a redirect to another origin becomes a page that goes there, see `renderForward`. */
  async answer(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
    switch (answer.answer) {
      case 'redirect':
        void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
        if (request.method !== 'POST' || answer.to.origin === request.origin) return reply.redirect(answer.to.href, 303)
        return reply.type(htmlType).send(renderForward(this.#frame(request), answer.to))
      case 'post':
        void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
        void reply.header('content-security-policy', formPostCsp(answer.to))
        return reply.type(htmlType).send(renderPost(this.#frame(request), answer.to, answer.fields))
      case 'json':
        return reply.code(answer.status).header('cache-control', 'no-store').send(answer.body)
      case 'page':
        return this.page(request, reply, answer.status, { screen: answer.screen })
    }
  }

  page(request: FastifyRequest, reply: FastifyReply, status: number, shown: Shown): FastifyReply {
    const address = URL.parse(request.url, 'http://localhost')
    return reply
      .code(status)
      .headers({ 'cache-control': 'no-store', 'content-language': request.locale, vary: 'accept-language, cookie' })
      .type(htmlType)
      .send(
        renderPage({
          ...this.#frame(request, shown.application?.slug),
          // A page that came of a form is not asked for again by a link: the language is chosen on pages that are.
          ...(request.method === 'GET' &&
            address && { languages: { locales: this.#messages.locales, action: address.pathname, query: address.searchParams } }),
          ...shown,
        }),
      )
  }

  error(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
    const wait = Number(reply.getHeader('retry-after')) || undefined
    const reference = status >= 500 ? { reference: request.id } : {}
    return this.page(request, reply, status, { screen: errorScreen({ status, ...reference, ...(wait !== undefined && { wait }) }) })
  }

  notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (wantsPage(request)) return this.error(request, reply, 404)
    return sendProblem(reply, {
      status: 404,
      code: 'not-found',
      title: 'Not found',
      detail: `There is nothing at ${request.url.split('?')[0]}.`,
    })
  }

  /** Nothing tells a link that was used from one that never was. */
  deadLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (!wantsPage(request)) return this.notFound(request, reply)
    return this.page(request, reply, 404, { screen: deadLinkScreen({ signIn: this.inLanguage(request, signIn) }) })
  }

  unknownHost(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const origin = `${request.protocol}://${request.host}`
    const url = this.#url?.origin
    const local = `http://localhost:${request.socket.localPort}`
    if (wantsPage(request)) return this.page(request, reply, 421, { screen: unknownHostScreen({ origin, local, url }) })
    return sendProblem(reply, {
      status: 421,
      code: 'unknown-host',
      title: 'Unknown host',
      detail: `This server does not answer to the host ${JSON.stringify(request.host)}. Set SLUICE_URL to the address that clients use, or ask under ${url ?? local}.`,
    })
  }

  /** An interface whose files are not there. */
  notBuilt(request: FastifyRequest, reply: FastifyReply, kind: string): FastifyReply {
    return this.#plain(request, reply, 503, msg('core.not-built.title'), msg('core.not-built.text', { kind }))
  }

  /** A form came without our cookie: it cannot be told whose it is. */
  noCookie(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return this.#plain(request, reply, 400, msg('core.cookie.title'), msg('core.cookie.text'))
  }

  forged(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return this.#plain(request, reply, 403, msg('core.forged.title'), msg('core.forged.text'))
  }

  /** A screen whose links to pages of ours keep the language that was chosen. */
  #linksInLanguage(request: FastifyRequest, { title, nodes }: Screen): Screen {
    const kept = (node: Screen['nodes'][number]) =>
      node.node === 'link' && node.href.startsWith('/if/') ? { ...node, href: this.inLanguage(request, node.href) } : node
    return { title, nodes: nodes.map(kept) }
  }

  #plain(request: FastifyRequest, reply: FastifyReply, status: number, title: Message, text: Message): FastifyReply {
    const again = request.url
    const screen: Screen = {
      title,
      nodes: [
        { node: 'text', text },
        { node: 'link', label: msg('core.again'), href: again },
      ],
    }
    return this.page(request, reply, status, { screen })
  }

  /** `application`: the slug of the one that it is about. */
  #frame(request: FastifyRequest, application?: string): Frame {
    const brand = request.snapshot.brandOf(request.origin, application) ?? sluice
    return { locale: request.locale, t: this.translator(request), brand }
  }
}

const htmlType = 'text/html; charset=utf-8'

const redirect = (reply: FastifyReply, to: string) => reply.header('cache-control', 'no-store').redirect(to, 303)

const withBack = ({ title, nodes }: Screen, href: string): Screen => ({
  title,
  nodes: [...nodes, { node: 'link', label: msg('core.denied.back'), href }],
})

/** The address of a run. Each step has its own, for the back button; the language that was chosen stays in it. */
function runAddress(request: FastifyRequest, flow: string, runId: string, step?: string): string {
  const query = request.query as Record<string, unknown>
  const lang = query[languageParameter] ?? query['ui_locales']
  const more = { ...(step !== undefined && { step }), ...(typeof lang === 'string' && { [languageParameter]: lang }) }
  return `/if/flow/${flow}/?${new URLSearchParams({ run: runId, ...more })}`
}

/** The address of a refusal, to which the wish is added. */
const refusalAddress = (request: FastifyRequest, reference: string): string => {
  const lang = (request.query as Record<string, unknown>)[languageParameter]
  return `/if/refused/${reference}/?${new URLSearchParams({ ...(typeof lang === 'string' && { [languageParameter]: lang }), do: '' })}`
}

const isOfRun = (request: FastifyRequest, { flow, runId }: { readonly flow: string; readonly runId: string }): boolean => {
  const { run, do: wish } = request.query as Record<string, unknown>
  return run === runId && wish === undefined && (request.params as Record<string, unknown>)['slug'] === flow
}

/** An address that names no step is that of whichever step the run is at. */
const isAtStep = (request: FastifyRequest, step: string): boolean => ((request.query as Record<string, unknown>)['step'] ?? step) === step
