import {
  facts,
  type Application,
  type Clock,
  type DeviceFacts,
  type Effect,
  type Events,
  type Message,
  type Store,
  type Wants,
} from '../api/index.ts'
import type { Asking } from '../access/authorize.ts'
import { askEntry, type Guards } from '../access/entry.ts'
import { type Factors, levelsOf, noFactors, trustsBrowser } from '../access/factors.ts'
import { goingOn, type SignedIn } from '../access/proving.ts'
import type { Browser, Closed, Closing } from '../access/types.ts'
import type { Judge } from '../policy/types.ts'
import { type Claim, overlayStore } from '../store/overlay.ts'
import { scoped } from '../store/scoped.ts'
import { answerTo, type AskedField, type Fields } from './answers.ts'
import { assuming } from './assume.ts'
import { Engine } from './engine.ts'
import { isOwnFlow, ownFacts } from './own-flow.ts'
import type { Asker, FactorParts } from './parts.ts'
import type { Program } from './program.ts'
import { redacted } from './redact.ts'
import type { TraceLine } from './state.ts'
import type { View } from './view.ts'

/** The ports of a simulation that write nothing; stages and policies are given them in place of those that do. */
export type QuietPorts = { readonly store: Store; readonly events: Events; readonly clock: Clock }

/** What a simulation works with: it reads, and writes nothing. */
export type SimulationParts = {
  /** The state that real runs work with, to be read: who is locked out is so in a simulation too. */
  readonly store?: Pick<Store, 'get'>
  /** The ports of each stage kind, and who judges, with these in place of the real ones. */
  readonly quietly: (quiet: QuietPorts) => {
    readonly use: (kind: string) => object
    readonly useAuthenticator: (kind: string) => object
    readonly judge: Judge
  }
  /** What stages that delegate need; its devices are replaced by those of `quietly`. */
  readonly factors?: FactorParts
  /** What the end of a run would come to: makes it, and undoes it. */
  readonly rehearse: (closing: Closing) => Promise<Closed>
}

export type Simulation = {
  readonly program: Program
  /** Who is at it: what a browser would fill in as user name, and whom a flow is about that begins with somebody who is known. */
  readonly user?: { readonly id: string; readonly username: string } | undefined
  readonly request: {
    readonly ip: string
    readonly at: Date
    readonly locale: string
    readonly userAgent: string
    readonly origin?: string
    readonly device?: DeviceFacts | undefined
  }
  /** By field name, or by `<step>.<field>`. */
  readonly answers: Fields
  readonly application?: Application | undefined
  /** What is asked about before the first step, and about the application after the last. */
  readonly guards?: Guards
  /** What the application asked for. */
  readonly wants?: Wants
  /** The user is signed in at the browser, by these methods. */
  readonly session?: { readonly methods: readonly string[] } | undefined
  /** Of the configuration; nothing can be proved by authenticators where it is not there. */
  readonly factors?: Factors
  /** The user has signed in at the browser before. */
  readonly knownBrowser?: boolean | undefined
  /** The user trusts the browser. */
  readonly trustedBrowser?: boolean | undefined
  /** The flow is opened by a link that was mailed to the user, not by an operator's. */
  readonly mailed?: boolean | undefined
  /** Takes steps that prove something and have no answer as passed, by their first proof. */
  readonly assume?: boolean | undefined
}

/** A page, and what was answered. `T`: how texts are given. */
export type AskedLine<T = Message> = {
  readonly step: string
  readonly did: 'ask'
  readonly title: T
  readonly fields: readonly AskedField<T>[]
  /** Names of the fields that had an answer. */
  readonly answered: readonly string[]
  /** The proof that was taken for granted. */
  readonly assumed?: string
}

export type SimulationEnd<T = Message> =
  | { readonly ends: 'closed'; readonly methods: readonly string[]; readonly username: string | undefined; readonly session: boolean }
  | { readonly ends: 'denied'; readonly why: T }
  /** Either it has no answer to these fields, or what it answered is wrong. */
  | {
      readonly ends: 'asks'
      readonly step: string
      readonly lacking: readonly AskedField<T>[]
      readonly errors: Readonly<Record<string, T>>
      readonly notice: T | undefined
    }
  /** A stage broke. */
  | { readonly ends: 'failed'; readonly step: string; readonly reason: string }
  | { readonly ends: 'throttled' }

export type Simulated<T = Message> = {
  readonly flow: string
  readonly trace: readonly (TraceLine | AskedLine<T>)[]
  /** What it would write at its end, without secrets. */
  readonly effects: readonly Effect[]
  /** What it would have written on the way. */
  readonly claims: readonly Claim[]
} & SimulationEnd<T>

/** Why something cannot be simulated at all: a sentence for whoever asked. */
export class CannotSimulate extends Error {}

const scope = 'core:'
const link = 'simulated-link'
/** No flow that makes sense asks so often. */
const mostPages = 500

/** Is it about whoever is signed in? */
const needsSession = (program: Program) =>
  program.designation === 'authorization' || program.designation === 'invalidation' || isOwnFlow(program)
const needsUser = (program: Program) => needsSession(program) || (program.designation === 'recovery' && program.byLink)

const browserOf = ({ program, user, request: { at }, session, knownBrowser, trustedBrowser }: Simulation): Browser => {
  const isSignedIn = user && (session || needsSession(program))
  const methods = session?.methods ?? ['pwd']
  return {
    id: 'simulation',
    secret: '',
    cookie: undefined,
    known: user && knownBrowser ? [user.id] : [],
    familiar: user && knownBrowser ? [user.id] : [],
    trust: user && trustedBrowser ? [{ userId: user.id, until: Number.MAX_SAFE_INTEGER, provedAt: undefined }] : [],
    session: isSignedIn
      ? {
          id: 'simulation',
          userId: user.id,
          username: user.username,
          at,
          methods,
          proofs: methods.map((method) => ({ method, at: at.getTime() })),
          flows: [],
        }
      : undefined,
  }
}

/**
 * Goes through a flow as a browser would that gives these answers, by the same engine, and writes nothing. Throws `CannotSimulate` for a flow
 * that is about somebody where nobody is said.
 */
export async function simulate(parts: SimulationParts, simulation: Simulation): Promise<Simulated> {
  const { program, user, request, application, wants, guards = {}, assume = false, factors = noFactors } = simulation
  if (needsUser(program) && !user)
    throw new CannotSimulate(`the flow "${program.slug}" is about somebody who is known before it begins; say who it is`)
  const at = request.at.getTime()
  const trace: (TraceLine | AskedLine)[] = []
  let broke = ''
  let effects: readonly Effect[] = []
  const store = overlayStore(parts.store)
  const events: Events = { record: async () => {} }
  const { useAuthenticator, ...quiet } = parts.quietly({ store, events, clock: { now: () => request.at } })
  const engine = new Engine({
    store: scoped(store, scope),
    events,
    log: {
      debug() {},
      info() {},
      warn() {},
      error(fields) {
        broke = 'err' in fields && fields.err instanceof Error ? fields.err.message : 'unknown reason'
      },
    },
    now: () => at,
    ...quiet,
    ...(parts.factors && {
      factors: {
        ...parts.factors,
        use: useAuthenticator,
        plain: assume || (parts.factors.plain ?? false),
        identified: user && { id: user.id, username: user.username },
      },
    }),
    explain: true,
    trace: (line) => void trace.push(line),
    close: async ({ linkOwner: _, passwordProved: __, enrolsAloneSince: ___, ...closing }) => {
      effects = [...effects, ...closing.effects]
      // The link is none that could be dead, and what is there now was there at whatever time is pretended.
      return parts.rehearse(closing)
    },
  })
  let asker: Asker = { request: { id: 'simulation', origin: 'http://localhost', ...request }, browser: browserOf(simulation), factors }
  const { designation, slug, title } = program
  const asking = (session: SignedIn | undefined): Asking => ({
    request: asker.request,
    user: session && { id: session.userId, username: session.username },
    session,
    proofs: session?.proofs ?? [],
    levels: levelsOf(factors, session?.methods ?? []),
    knownBrowser: session !== undefined && asker.browser.known.includes(session.userId),
    trustedBrowser: session !== undefined && trustsBrowser(factors, asker.browser, session.userId, at),
  })
  /** Why it may not be entered, or not yet, if so. */
  const refusedAt = async (what: 'flow' | 'application', session: SignedIn | undefined) => {
    const entry = await askEntry(
      quiet.judge,
      guards,
      { application, ...(what === 'flow' && { flow: { slug, title, designation } }) },
      asking(session),
    )
    if (entry) trace.push(entry.line)
    return entry?.why && { why: entry.why, lacking: entry.lacking }
  }
  const before = application && designation === 'authorization' ? (['application', 'flow'] as const) : (['flow'] as const)
  for (const what of before) {
    const refused = await refusedAt(what, asker.browser.session)
    if (refused) return { flow: slug, trace, effects: [], claims: [], ends: 'denied', why: refused.why }
  }
  if (program.byLink) await scoped(store, scope).put(link, {}, 1)

  const run = assume ? assuming(program) : program
  const programs = new Map([[run.slug, run]])
  const asked = new Set<string>()
  const start = await engine.start(
    {
      program: run,
      purpose: null,
      application,
      ...(wants && { wants }),
      facts: {
        ...(needsUser(program) && user && { [facts.user.name]: { id: user.id, username: user.username } }),
        ...(isOwnFlow(program) && user && ownFacts(user)),
        ...(program.designation === 'invalidation' && { [facts.signOut.name]: { confirmed: false } }),
      },
      ...(program.byLink && { link }),
      ...(program.byLink && simulation.mailed && user && { mailed: { userId: user.id, stamp: '' } }),
    },
    asker,
  )
  let lacking: readonly AskedField[] = []
  /** Answers page after page; where it stops. */
  const goThrough = async (from: View): Promise<View> => {
    let view = from
    while (view.is === 'asking' && asked.size < mostPages) {
      const { step, screen } = view
      const given = answerTo(run, step, screen, simulation)
      lacking = given.lacking
      const page = `${step} ${given.fields.map(({ name }) => name).join(' ')}`
      // The same page once more: what there is to answer was wrong, or leads back to it.
      if (asked.has(page)) break
      asked.add(page)
      trace.push({
        step,
        did: 'ask',
        title: screen.title,
        fields: given.fields,
        answered: given.answered,
        ...(given.assumed !== undefined && { assumed: given.assumed }),
      })
      if (lacking.length > 0) break
      view = await engine.answer(view.runId, view.challenge, given.answer, programs, asker)
    }
    return view
  }
  let view = await goThrough(start)
  let why: Message | undefined
  const opens = application !== undefined && designation === 'authentication'
  let signedIn = opens ? signedInBy(view) : undefined
  const askedFor = new Set<string>()
  while (signedIn) {
    const refused = await refusedAt('application', signedIn)
    why = refused?.why
    const level = refused?.lacking?.find((acr) => !askedFor.has(acr))
    if (level === undefined) break
    // As for somebody real: what a level lacks is asked for, by the same flow, on top of what was proved.
    why = undefined
    askedFor.add(level)
    asker = { ...asker, browser: { ...asker.browser, session: signedIn } }
    view = await goThrough(
      await engine.start(
        { program: run, purpose: null, application, wants: { ...wants, levels: refused?.lacking ?? [] }, ...goingOn(signedIn) },
        asker,
      ),
    )
    signedIn = signedInBy(view)
  }
  const end = endOf(view, lacking, broke, trace)
  return {
    flow: program.slug,
    trace,
    effects: end.ends === 'closed' ? effects.map((effect) => ({ ...effect, data: redacted(effect.data) })) : [],
    claims: store
      .claims()
      .filter(({ key }) => !/^core:runs?:/.test(key) && key !== scope + link)
      .map((claim) => ({ ...claim, key: claim.key.startsWith(scope) ? claim.key.slice(scope.length) : claim.key })),
    // The sign-in itself is over by then, and what it writes is written.
    ...(why ? { ends: 'denied' as const, why } : end),
  }
}

/** Who is signed in where a run ended, if somebody is. */
const signedInBy = (view: View): SignedIn | undefined =>
  view.is === 'closed' && view.session && view.user
    ? { ...view.session, username: view.user.username, proofs: view.proofs, flows: [] }
    : undefined

function endOf(view: View, lacking: readonly AskedField[], broke: string, trace: Simulated['trace']): SimulationEnd {
  switch (view.is) {
    case 'asking':
      return { ends: 'asks', step: view.step, lacking, errors: view.errors, notice: view.notice }
    case 'closed':
      return {
        ends: 'closed',
        methods: [...new Set(view.proofs.map(({ method }) => method))],
        username: view.user?.username,
        session: view.session !== undefined,
      }
    case 'denied':
      return { ends: 'denied', why: view.why }
    case 'failed':
      return { ends: 'failed', step: trace.at(-1)?.step ?? '', reason: broke }
    case 'throttled':
      return { ends: 'throttled' }
    case 'would-ask':
    case 'over':
    case 'moved':
    case 'gone':
      throw new Error(`a simulation came to "${view.is}", which only runs come to that several requests work on`)
  }
}
