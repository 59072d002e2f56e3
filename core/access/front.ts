import {
  facts,
  type Application,
  type Events,
  type Json,
  type Message,
  type Protocol,
  type Provider,
  type Refusal,
  type Wants,
} from '../api/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { ApplicationFlows } from '../configuration/types.ts'
import { enrols, isOwnFlow, ownFacts } from '../engine/own-flow.ts'
import type { Program } from '../engine/program.ts'
import type { View } from '../engine/view.ts'
import type { Accesses, Asking } from './authorize.ts'
import { answerOf } from './answer.ts'
import type { OpenedLink } from './links.ts'
import type { ForApplication, Next, Purpose } from './next.ts'
import { ownPath } from './own-path.ts'
import type { Refusals } from './refusals.ts'
import { factorCount, levelsOf, trustsBrowser } from './factors.ts'
import { confirming, goingOn, isEnough, isFresh, isStale, type SignedIn } from './proving.ts'
import type { Visit } from './visit.ts'

/**
 * How a flow is opened by its address. `next`: where they want to go afterwards, as the address says it; what is no path of ours is ignored.
 * `confirm`: whoever is signed in proves anew who they are.
 */
type Opening = {
  readonly link?: OpenedLink | undefined
  readonly next?: unknown
  readonly confirm?: boolean
}

export type FrontParts = {
  readonly engine: Engine
  readonly events: Events
  readonly accesses: Accesses
  readonly refusals: Refusals
  readonly protocol: (kind: string) => { readonly protocol: Protocol; readonly use: Readonly<Record<string, unknown>> }
}

/** Leads a browser through the flows that its wish needs, and ends in the application's answer. Knows no HTTP. */
export class Front {
  readonly #parts: FrontParts
  constructor(parts: FrontParts) {
    this.#parts = parts
  }

  /** Opens a flow by its address. `undefined`: there is no such flow to be opened like this. */
  async open(visit: Visit, slug: string, { link, next, confirm = false }: Opening = {}): Promise<Next | undefined> {
    const program = visit.snapshot.flows.get(slug)
    if (!program || program.byCall || program.byLink !== (link !== undefined) || (link && link.flow !== slug)) return undefined
    const { origin } = visit.request
    const { session } = visit.browser
    const then = ownPath(next, origin)
    if (program.designation === 'invalidation')
      return this.logout(visit, { confirmed: false, ...(then !== undefined && { then: new URL(then, origin) }) })
    if (program.designation === 'authorization') return undefined
    const confirms = confirm && !link && program.designation === 'authentication' && session !== undefined
    if (!link && program.designation === 'authentication' && session && !confirms) return { next: 'home', to: then }
    const isOwn = isOwnFlow(program)
    if (isOwn && (!session || (enrols(program) && isStale(session, visit.request.at)))) return this.#proveFirst(visit, slug, then)
    const purpose: Purpose = { to: 'home', flow: slug, ...(then !== undefined && { then }), ...(confirms && { confirm: true }) }
    const refused = await this.#refusedAt(visit, program, purpose)
    if (refused) return refused
    const given = isOwn && session ? ownFacts({ id: session.userId, username: session.username }) : link?.facts
    const view = await this.#parts.engine.start(
      {
        program,
        purpose,
        ...(link && { link: link.key, mailed: link.mailed, handed: link.handed }),
        ...(given && { facts: given }),
        ...(confirms && confirming(visit.factors, session)),
      },
      visit,
    )
    return this.after(visit, view)
  }

  /** Signs in, or proves anew who it is, and comes back to the flow. */
  async #proveFirst(visit: Visit, slug: string, then: string | undefined): Promise<Next | undefined> {
    const next = `/if/flow/${slug}/${then === undefined ? '' : `?${new URLSearchParams({ next: then })}`}`
    return this.open(visit, visit.snapshot.defaultFlows.authentication, { next, confirm: true })
  }

  /** A protocol's wish: sign in as far as needed, authorize, finish. */
  async login(visit: Visit, kind: string, provider: Provider<unknown>, parked: Json, wants: Wants = {}): Promise<Next> {
    const purpose: ForApplication = { to: 'application', protocol: kind, provider: provider.slug, parked, wants, phase: 'authentication' }
    const { session } = visit.browser
    const isYoung = session !== undefined && isFresh(session, wants, visit.request.at)
    const program = this.#flow(visit, provider.application.slug, 'authentication')
    if (isYoung && isEnough(visit, session, wants, program)) return this.#authorize(visit, purpose, provider, session)
    if (wants.silent) return this.#refuse(visit, purpose, provider, 'login-needed')
    const refused = await this.#refusedAt(visit, program, purpose)
    if (refused) return refused
    const view = await this.#parts.engine.start(
      { program, purpose, wants, application: provider.application, ...(isYoung && goingOn(session)) },
      visit,
    )
    return this.after(visit, view)
  }

  /** Signs the browser out by the invalidation flow. */
  async logout(
    visit: Visit,
    wish: { readonly confirmed: boolean; readonly then?: URL; readonly application?: Application },
  ): Promise<Next> {
    const purpose: Purpose = {
      to: 'signed-out',
      ...(wish.then && { then: wish.then.href }),
      ...(wish.application && { application: wish.application }),
    }
    if (!visit.browser.session) return signedOut(purpose)
    const program = this.#flow(visit, wish.application?.slug, 'invalidation')
    const view = await this.#parts.engine.start(
      {
        program,
        purpose,
        application: wish.application,
        facts: {
          [facts.signOut.name]: { confirmed: wish.confirmed },
          [facts.user.name]: { id: visit.browser.session.userId, username: visit.browser.session.username },
        },
      },
      visit,
    )
    return this.after(visit, view)
  }

  /** What follows where a run stands now. */
  async after(visit: Visit, view: View): Promise<Next> {
    switch (view.is) {
      case 'asking':
        return { next: 'ask', view }
      case 'moved':
        return { next: 'see', flow: view.flow, runId: view.runId }
      case 'throttled':
        return { next: 'throttled', retryAfter: view.retryAfter }
      case 'would-ask':
        return { next: 'gone' }
      case 'gone':
        return { next: 'gone' }
      case 'over':
        return { next: 'over', flow: view.flow, runId: view.runId }
      case 'failed':
        return { next: 'failed', reference: view.reference, flow: view.flow }
      case 'denied': {
        const purpose = view.purpose as unknown as Purpose
        const provider = purpose.to === 'application' ? this.#provider(visit, purpose) : undefined
        // Who asked for no pages is answered, whoever or whatever refused.
        const silent = purpose.to === 'application' && purpose.wants.silent === true
        const tell = view.byUser || view.refusal === 'login-needed' || silent
        if (tell && purpose.to === 'application' && provider) return this.#refuse(visit, purpose, provider, view.refusal)
        if (tell && purpose.to === 'signed-out') return { next: 'home' }
        return {
          next: 'denied',
          why: view.why,
          reference: view.reference,
          flow: view.flow,
          runId: view.runId,
          back: provider !== undefined,
        }
      }
      case 'closed':
        return this.#closed(visit, view)
    }
  }

  /** Takes up again what a run was for, after it ended one way or the other. */
  async resume(visit: Visit, view: View): Promise<Next> {
    if (view.is !== 'over') return this.after(visit, view)
    const purpose = view.purpose as unknown as Purpose
    const provider = purpose.to === 'application' ? this.#provider(visit, purpose) : undefined
    if (purpose.to === 'application' && provider) return this.login(visit, purpose.protocol, provider, purpose.parked, purpose.wants)
    if (purpose.to === 'signed-out') {
      const { then, application } = purpose
      return this.logout(visit, {
        confirmed: false,
        ...(then !== undefined && { then: new URL(then) }),
        ...(application && { application }),
      })
    }
    return (await this.open(visit, view.flow, again(purpose))) ?? { next: 'gone' }
  }

  /** Tells the application that nothing came of it, when the user goes back there from a refusal. */
  async back(visit: Visit, view: View): Promise<Next> {
    const purpose = view.is === 'over' && view.how === 'denied' ? (view.purpose as unknown as Purpose) : undefined
    const provider = purpose?.to === 'application' ? this.#provider(visit, purpose) : undefined
    return purpose?.to === 'application' && provider ? this.#refuse(visit, purpose, provider, 'denied') : { next: 'gone' }
  }

  /** What somebody does who was refused: tell the application, try again, or sign in as somebody else. */
  async afterRefusal(visit: Visit, reference: string, wish: 'back' | 'again' | 'switch'): Promise<Next> {
    const purpose = (await this.#parts.refusals.find(visit, reference)) as unknown as Purpose | undefined
    if (purpose?.to === 'home') return (await this.open(visit, purpose.flow ?? '', again(purpose))) ?? { next: 'gone' }
    const provider = purpose?.to === 'application' ? this.#provider(visit, purpose) : undefined
    if (purpose?.to !== 'application' || !provider) return { next: 'gone' }
    if (wish === 'back') return this.#refuse(visit, purpose, provider, 'denied')
    const { hint: _, ...wants } = purpose.wants
    return this.login(visit, purpose.protocol, provider, purpose.parked, wish === 'switch' ? { ...wants, maxAge: 0 } : purpose.wants)
  }

  async #closed(visit: Visit, view: View & { is: 'closed' }): Promise<Next> {
    const purpose = view.purpose as unknown as Purpose
    const { cookie } = view
    if (purpose.to === 'home') {
      const program = visit.snapshot.flows.get(view.flow)
      if (program && isOwnFlow(program) && purpose.then === undefined) return { next: 'done', isSignedIn: true, cookie }
      const { session } = visit.browser
      // Somebody else may be signed in at this browser: their page would tell nothing of what was done.
      if (program?.byLink && program.designation === 'recovery' && purpose.then === undefined)
        return { next: 'done', isSignedIn: session !== undefined && session.userId === view.user?.id, cookie }
      const isHome = view.session !== undefined || session !== undefined || purpose.then !== undefined
      return isHome ? { next: 'home', to: purpose.then, cookie } : { next: 'done', isSignedIn: false, cookie }
    }
    if (purpose.to === 'signed-out') return { ...signedOut(purpose), cookie }
    const provider = this.#provider(visit, purpose)
    if (!provider) return { next: 'gone', cookie }
    const next = await this.#withSession(visit, purpose, provider, view)
    return { ...next, cookie: cookie ?? next.cookie }
  }

  async #withSession(visit: Visit, purpose: ForApplication, provider: Provider<unknown>, view: View & { is: 'closed' }): Promise<Next> {
    if (purpose.phase === 'authorization') {
      const session = visit.browser.session
      // Somebody else may have signed in at this browser while the page was open: what A allowed is not answered with B's account.
      // Or they have signed in again, by less than the application asked for.
      const program = this.#flow(visit, provider.application.slug, 'authentication')
      if (!session || session.userId !== view.user?.id || !isEnough(visit, session, purpose.wants, program))
        return this.login(visit, purpose.protocol, provider, purpose.parked, purpose.wants)
      // Asked again, since much may have changed while the page was open.
      return (await this.#mayNotOpen(visit, purpose, provider, session)) ?? this.#finish(visit, purpose, provider, session)
    }
    const { session, user, proofs } = view
    if (!session || !user) return this.#refuse(visit, purpose, provider, 'login-needed')
    return this.#authorize(visit, purpose, provider, { ...session, username: user.username, proofs, flows: [view.flow] })
  }

  /** What follows if this user may not open the application, or not yet. */
  async #mayNotOpen(visit: Visit, purpose: ForApplication, provider: Provider<unknown>, session: SignedIn): Promise<Next | undefined> {
    const access = await this.#parts.accesses.askOrLack(visit.snapshot, { application: provider.application }, askingAs(visit, session))
    if (access.allowed) return undefined
    if (access.lacking) return this.#stepUp(visit, purpose, provider, session, access.lacking)
    return this.#refused(visit, purpose, access, session)
  }

  /** Asks for what a level lacks that the application's access rules want, and for nothing else. */
  async #stepUp(
    visit: Visit,
    { wants, ...purpose }: ForApplication,
    provider: Provider<unknown>,
    session: SignedIn,
    levels: readonly string[],
  ): Promise<Next> {
    const next: ForApplication = { ...purpose, wants, phase: 'authentication' }
    if (wants.silent) return this.#refuse(visit, next, provider, 'login-needed')
    const { maxAge: _, ...rest } = wants
    const program = this.#flow(visit, provider.application.slug, 'authentication')
    const refused = await this.#refusedAt(visit, program, next)
    if (refused) return refused
    const at = { ...visit, browser: { ...visit.browser, session } }
    const view = await this.#parts.engine.start(
      // How old the proofs may be was looked at before: what is carried along is young enough.
      { program, purpose: next, wants: { ...rest, levels }, application: provider.application, ...goingOn(session) },
      at,
    )
    return this.after(visit, view)
  }

  /** What follows if the flow may not be entered. */
  async #refusedAt(visit: Visit, program: Program, purpose: Purpose): Promise<Next | undefined> {
    const { slug, title, designation } = program
    const application = purpose.to === 'application' ? this.#provider(visit, purpose)?.application : undefined
    const { session } = visit.browser
    const access = await this.#parts.accesses.ask(
      visit.snapshot,
      { flow: { slug, title, designation }, application },
      askingAs(visit, session),
    )
    return access.allowed ? undefined : this.#refused(visit, purpose, access, session)
  }

  async #refused(
    visit: Visit,
    purpose: Purpose,
    { why, reference }: { readonly why: Message; readonly reference: string },
    session: SignedIn | undefined,
  ): Promise<Next> {
    const provider = purpose.to === 'application' ? this.#provider(visit, purpose) : undefined
    if (purpose.to === 'application' && provider && purpose.wants.silent) return this.#refuse(visit, purpose, provider, 'denied')
    await this.#parts.refusals.keep(visit, reference, purpose)
    return { next: 'refused', why, reference, username: session?.username, back: provider !== undefined }
  }

  async #authorize(visit: Visit, purpose: ForApplication, provider: Provider<unknown>, session: SignedIn): Promise<Next> {
    const program = this.#flow(visit, provider.application.slug, 'authorization')
    const next: ForApplication = { ...purpose, phase: 'authorization' }
    const refused = (await this.#mayNotOpen(visit, next, provider, session)) ?? (await this.#refusedAt(visit, program, next))
    if (refused) return refused
    const view = await this.#parts.engine.start(
      {
        program,
        purpose: next,
        wants: purpose.wants,
        application: provider.application,
        facts: { [facts.user.name]: { id: session.userId, username: session.username } },
      },
      // The browser came with the session that there was before a sign-in, if it came with one.
      { ...visit, browser: { ...visit.browser, session } },
    )
    if (view.is === 'closed') return this.#finish(visit, next, provider, session)
    if (view.is === 'would-ask') return this.#refuse(visit, next, provider, 'consent-needed')
    return this.after(visit, view)
  }

  async #finish(visit: Visit, purpose: ForApplication, provider: Provider<unknown>, session: SignedIn): Promise<Next> {
    const { protocol, use } = this.#parts.protocol(purpose.protocol)
    const subject = { id: session.userId, username: session.username }
    const { origin } = visit.request
    const { methods } = session
    const proved = { factors: factorCount(visit.factors, methods), levels: levelsOf(visit.factors, methods) }
    const answer = await answerOf(protocol, () =>
      protocol.finish({ provider, request: purpose.parked, subject, session: { ...session, ...proved }, origin, use }),
    )
    await this.#parts.events.record({
      action: 'authorize_application',
      userId: session.userId,
      application: provider.application.slug,
      detail: { protocol: purpose.protocol, provider: provider.slug },
      request: visit.request,
    })
    return { next: 'answer', answer }
  }

  async #refuse(visit: Visit, purpose: ForApplication, provider: Provider<unknown>, why: Refusal): Promise<Next> {
    const { protocol, use } = this.#parts.protocol(purpose.protocol)
    const { origin } = visit.request
    return {
      next: 'answer',
      answer: await answerOf(protocol, () => protocol.refused({ provider, request: purpose.parked, why, origin, use })),
    }
  }

  /** The application's own flow for this, else the default. The configuration was checked: there is one. */
  #flow({ snapshot }: Visit, application: string | undefined, designation: keyof ApplicationFlows): Program {
    const { flows } = snapshot.applications.get(application ?? '') ?? { flows: snapshot.defaultFlows }
    const program = snapshot.flows.get(flows[designation])
    if (!program)
      throw new Error(`the flow "${flows[designation]}" is out of use, and no other one takes its place; "sluice doctor" says why`)
    return program
  }

  #provider(visit: Visit, purpose: ForApplication): Provider<unknown> | undefined {
    return visit.snapshot.providers.get(purpose.provider)
  }
}

/** Who asks, by the session at the browser or one that was just opened there. */
export const askingAs = ({ request, browser, factors }: Visit, session: SignedIn | undefined): Asking => ({
  request,
  user: session && { id: session.userId, username: session.username },
  session,
  proofs: session?.proofs ?? [],
  levels: levelsOf(factors, session?.methods ?? []),
  knownBrowser: session !== undefined && browser.known.includes(session.userId),
  trustedBrowser: session !== undefined && trustsBrowser(factors, browser, session.userId, request.at.getTime()),
})

/** How a run is begun again that was opened by its address. */
const again = (purpose: Purpose): Opening => (purpose.to === 'home' ? { next: purpose.then, confirm: purpose.confirm ?? false } : {})

const signedOut = (purpose: Purpose & { to: 'signed-out' }): Next =>
  purpose.then === undefined
    ? { next: 'signed-out', ...(purpose.application && { application: purpose.application }) }
    : { next: 'answer', answer: { answer: 'redirect', to: new URL(purpose.then) } }
