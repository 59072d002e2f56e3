import { facts as known, msg, type Json, type Message, type Refusal, type Session } from '../api/index.ts'
import { factorCount, type Factors, freshFor, isTrusted, meetsLevels, methodsIn } from '../access/factors.ts'
import type { Closed, Closing, Proof } from '../access/types.ts'
import type { Audited } from '../data/effects.ts'
import { enrolsFor } from '../identity/devices.ts'
import { count } from '../observe/work.ts'
import { carriedOf, userOf, type KnownUser } from './subject.ts'
import { giveBack } from './limits.ts'
import type { Asker, EngineParts } from './parts.ts'
import { stageAt, type Program, type Step } from './program.ts'
import { accounted, backTo, bySupply, factOf, newId, traced, type Position, type RunState } from './state.ts'
import type { View } from './view.ts'

/** A conflict sends the run back to the step that can mend it. */
export type Again = {
  readonly again: Position
  readonly step: Step
  readonly errors: Readonly<Record<string, Message>>
  readonly typed: Readonly<Record<string, unknown>>
}

type Refused = {
  readonly refusal?: Refusal
  readonly byUser?: boolean
  /** For operators: in the log and in the event. */
  readonly detail?: Readonly<Record<string, Json>>
}

export const runKey = (runId: string) => `run:${runId}`

/** Whom effects are about, though neither a proof, nor whoever began the run, nor the session says that it is they. */
const unprovedIn = ({ effects, facts, proofs }: RunState, { browser }: Asker): readonly string[] => {
  const supplied = facts
    .filter(({ name, step }) => name === known.user.name && step === bySupply)
    .map(({ value }) => (value as KnownUser).id)
  const isKnown = (id: string) =>
    id === browser.session?.userId || supplied.includes(id) || proofs.some(({ user }) => user === null || user === id)
  return [...new Set(effects.flatMap(({ user }) => user ?? []))].filter((id) => !isKnown(id))
}

/** Steps at which something is set up. */
const enrollingIn = ({ effects }: RunState): ReadonlySet<number> =>
  new Set(effects.filter((effect) => enrolsFor(effect) !== undefined).map(({ step }) => step))

/** Does what the run sets up rest on one factor at most, of the run and of the session that it belongs to? */
const enrolsAlone = (
  state: RunState,
  user: KnownUser | undefined,
  { factors, browser: { session } }: Asker,
): Pick<Closing, 'enrolsAloneSince'> => {
  const enrolling = enrollingIn(state)
  if (enrolling.size === 0) return {}
  const before = session?.userId === user?.id ? (session?.proofs ?? []) : []
  const proofs = [...before, ...state.proofs.filter(({ step }) => !enrolling.has(step))]
  return factorCount(factors, methodsIn(proofs)) < 2 ? { enrolsAloneSince: state.startedAt } : {}
}

/** Of whom the run has a proof. Whoever sets something up shows that they have it, which proves of nobody who they are. */
const provedIn = (state: RunState): NonNullable<Closing['proved']> => {
  const { proofs } = state
  if (proofs.some(({ user }) => user === null)) return 'anybody'
  const enrolling = enrollingIn(state)
  return proofs.flatMap(({ step, user }) => (enrolling.has(step) ? [] : (user ?? [])))
}

/** When the run proved the password of its user, the first time if it did so again. What a session had proved before ends with the session. */
const passwordProvedIn = ({ proofs }: RunState, user: KnownUser | undefined): Pick<Closing, 'passwordProved'> => {
  const found = proofs.find((proof) => proof.method === 'pwd' && proof.user !== null && proof.user === user?.id)
  return found && user ? { passwordProved: { userId: user.id, at: found.at } } : {}
}

/** The session at the browser, if the run has proved its user: what ends their others leaves it to them. */
const ownSession = ({ proofs }: RunState, { browser: { id, session } }: Asker): Pick<Closing, 'keep'> =>
  session && proofs.some(({ user }) => user === session.userId) ? { keep: { browserId: id, sessionId: session.id } } : {}

/** Is it the session that these proofs would have opened? Not if another request brought the run to another end, which came first. */
const isOf = ({ userId, methods }: Session, user: KnownUser | undefined, proofs: readonly Proof[]): boolean => {
  const proved = new Set(proofs.map(({ method }) => method))
  return userId === user?.id && methods.length === proved.size && methods.every((method) => proved.has(method))
}

/** Whose session at the browser is so young that it is a proof by itself. */
const freshOf = ({ browser: { session } }: Asker, now: number): string | undefined =>
  session && session.at.getTime() > now - freshFor * 1000 ? session.userId : undefined

type Lacking =
  | { readonly refused: Message; readonly why: Refusal; readonly session?: undefined }
  | { readonly session: { readonly grace: number }; readonly refused?: undefined }

/** The session that a run opens. What was carried from another one goes on in it; where its proofs count for nothing, neither do the flows that it passed. */
const openedBy = (
  { slug, sessionLifetime: lifetime }: Program,
  state: RunState,
  user: KnownUser,
  proofs: readonly Proof[],
  { browser, factors }: Asker,
): NonNullable<Closing['session']> => {
  const before = carriedOf(state).length > 0 ? (browser.session?.flows ?? []) : []
  const isProved = state.proofs.length > 0
  // A password beside what was carried is none that was proved now.
  const isMore = state.proofs.some(({ method }) => factors.factorsOf(method).some((factor) => factor !== 'knowledge'))
  const secondFactor = isMore && factorCount(factors, methodsIn(proofs)) >= 2
  const wish = factOf(state, known.trustBrowser.name) as { readonly seconds: number } | undefined
  const trust = secondFactor && wish ? Math.min(wish.seconds, factors.trust) : 0
  const flows = [...new Set([...before, slug])]
  return {
    browserId: browser.id,
    userId: user.id,
    proofs,
    lifetime,
    flows,
    ...(!isProved && { unproved: true as const }),
    ...(secondFactor && { secondFactor }),
    ...(trust > 0 && { trust }),
  }
}
/** Why a run cannot end well that is about somebody. */
const unmade = {
  unproved: 'core.nothing-proved-to-change',
  'link-dead': 'core.link-used',
  'password-changed': 'core.password-changed',
  unavailable: 'core.account-unavailable',
} as const

/** How runs end: closed with everything written, denied with nothing written, or broken. */
export class Ending {
  readonly #parts: EngineParts
  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  async close(position: Position, asker: Asker): Promise<View | Again> {
    const taken = await this.#takeLink(position.state)
    if (!taken) return this.deny(position, msg('core.link-used'), asker)
    const { program } = position
    const user = userOf(taken)
    const linkOwner = taken.link?.mailed ?? taken.link?.handed
    const opens = program.designation === 'authentication'
    const denied = (why: Message, refusal: Refusal = 'denied') => this.deny({ ...position, state: taken }, why, asker, { refusal })
    // A proof counts for the user of whom it was made, should the run have come to somebody else afterwards.
    const own = taken.proofs.filter((proof) => proof.user === null || proof.user === user?.id).map(({ method, at }) => ({ method, at }))
    const proofs = [...carriedOf(taken), ...own]
    if (opens && (!user || proofs.length === 0)) return denied(msg('core.nothing-proved'))
    const subject = taken.wants.subject
    if (opens && subject !== undefined && user?.id !== subject) return denied(msg('core.other-user'), 'login-needed')

    const lacking = opens && user ? await this.#lacking(taken, user, proofs, asker) : undefined
    if (lacking?.refused) return denied(lacking.refused, lacking.why)

    const ends = program.designation === 'invalidation'
    const nothingToWrite = !opens && !ends && taken.effects.length === 0 && !taken.link
    const started = performance.now()
    const closed: Closed = nothingToWrite
      ? { closed: true, cookie: undefined, session: undefined }
      : await this.#parts.close({
          runId: taken.id,
          request: asker.request,
          effects: taken.effects.map(({ step: _, user: __, ...effect }) => effect),
          unproved: unprovedIn(taken, asker),
          proved: provedIn(taken),
          ...passwordProvedIn(taken, user),
          ...enrolsAlone(taken, user, asker),
          fresh: freshOf(asker, this.#parts.now()),
          ...(!opens && !ends && ownSession(taken, asker)),
          ...(opens && user && { session: { ...openedBy(position.program, taken, user, proofs, asker), ...lacking?.session } }),
          ...(ends && { end: { browserId: asker.browser.id } }),
          ...(linkOwner && { linkOwner }),
        })
    const verdict = closed.closed === 'before' ? 'closed-before' : closed.closed ? 'closed' : 'refused'
    const line = { step: '', did: 'close', verdict, ms: performance.now() - started } as const
    this.#parts.trace?.(line)
    const state = traced(taken, line)
    if (!closed.closed) return this.#conflict({ ...position, state }, closed, asker)

    await this.#store({ ...position, state }, 'closed')
    this.#tell(state, 'closed')
    if (closed.closed === 'before' && closed.session && !isOf(closed.session, user, proofs))
      return { is: 'over', runId: state.id, flow: state.flow, purpose: state.purpose, how: 'closed' }
    const isKnown = closed.session !== undefined || asker.browser.session !== undefined
    if (closed.closed === true && isKnown && position.version !== undefined) await giveBack(this.#parts.store, asker.request.ip)
    if (closed.closed === true) await this.#audit(closed.audited ?? [], state, asker)
    if (closed.closed === true && closed.session) count('session')
    if (closed.closed === true && taken.link && program.designation === 'recovery')
      await this.record('recovery.link-used', state, asker, { methods: proofs.map((proof) => proof.method) })
    if (closed.closed === true && (opens || ends)) {
      await this.record(opens ? 'login' : 'logout', state, asker, { methods: proofs.map((proof) => proof.method) })
    }
    return {
      is: 'closed',
      runId: state.id,
      flow: state.flow,
      purpose: state.purpose,
      session: closed.session,
      cookie: closed.closed === true ? closed.cookie : undefined,
      user,
      proofs,
    }
  }

  /**
   * What a sign-in lacks that its application or the settings ask for. Asked here, whatever the flow's steps did: no flow signs anybody in without
   * it. `session`: it is let pass, and what is to be kept of that.
   */
  async #lacking(state: RunState, user: KnownUser, proofs: readonly Proof[], asker: Asker): Promise<Lacking | undefined> {
    const { factors, browser } = asker
    const methods = methodsIn(proofs)
    if (!meetsLevels(factors, state.wants, methods)) return { refused: msg('core.level-unmet'), why: 'level-unmet' }
    if (!factors.require || factorCount(factors, methods) >= 2) return undefined
    const now = this.#parts.now()
    if (isTrusted(factors, browser, user.id, state.wants, now)) return undefined
    // To put off is what one does not have yet.
    if (await this.#hasSecondFactor(user, factors)) return { refused: msg('core.second-factor-missing'), why: 'denied' }
    const due = await this.#parts.factors?.dueAt(user.id)
    if (due === undefined && factors.grace > 0) return { session: { grace: factors.grace } }
    return due !== undefined && due > now ? undefined : { refused: msg('core.second-factor-missing'), why: 'denied' }
  }

  async #hasSecondFactor({ id }: KnownUser, { authenticators, outOfUse }: Factors): Promise<boolean> {
    const devices = (await this.#parts.factors?.devices.ofUser(id)) ?? []
    return devices.some(({ kind }) => {
      const found = authenticators.get(kind)
      return found ? !found.authenticator.backup : outOfUse?.has(kind)
    })
  }

  async deny(position: Position, why: Message, asker: Asker, more: Refused = {}): Promise<View> {
    const { state } = position
    const reference = newId().slice(0, 10)
    const reason = 'key' in why ? why.key : why.text
    this.#parts.log.info({ flow: state.flow, run: state.id, reference, reason, ...more.detail, trace: state.trace }, 'flow.run: denied')
    await this.#store(position, 'denied')
    this.#tell(state, 'denied')
    await this.record('flow_denied', state, asker, { reference, reason, ...more.detail })
    return {
      is: 'denied',
      runId: state.id,
      flow: state.flow,
      why,
      purpose: state.purpose,
      reference,
      refusal: more.refusal ?? 'denied',
      byUser: more.byUser ?? false,
    }
  }

  async broken(position: Position, step: Step, error: unknown): Promise<View> {
    const { state } = position
    const reference = newId().slice(0, 10)
    this.#parts.log.error(
      { err: error, flow: state.flow, step: step.id, run: state.id, reference, trace: state.trace },
      'flow.run: a stage failed',
    )
    await this.#store(position, 'denied')
    this.#tell(state, 'failed')
    return { is: 'failed', flow: state.flow, purpose: state.purpose, reference }
  }

  async record(action: string, state: RunState, asker: Asker, detail: Readonly<Record<string, Json>>): Promise<void> {
    await this.#parts.events.record({
      action,
      userId: userOf(state)?.id ?? (action === 'logout' ? asker.browser.session?.userId : undefined),
      application: state.application?.slug,
      detail: { flow: state.flow, ...detail },
      request: asker.request,
    })
  }

  /** What the run has written, of the user to whom it was done. */
  async #audit(done: readonly Audited[], { flow }: RunState, { request }: Asker): Promise<void> {
    for (const { action, userId, fields } of done) await this.#parts.events.record({ action, userId, detail: { flow, fields }, request })
  }

  /**
   * Uses the link up; `undefined` if somebody else did. An operator's link speaks for whoever comes out of the run. A mailed one proves that it is
   * the user who reads what is sent to their address, and speaks for nobody else.
   */
  async #takeLink(state: RunState): Promise<RunState | undefined> {
    if (!state.link || state.link.taken) return state
    const link = await this.#parts.store.take(state.link.key, { leave: { usedBy: state.id } })
    // This run took it before, in a request whose answer may never have arrived: what it wrote is found by the closing.
    const own = link && 'left' in link && (link.left as { readonly usedBy?: string }).usedBy === state.id
    if (!link || !('taken' in link || own)) return undefined
    const { mailed } = state.link
    const proof = mailed ? { method: 'email-link', user: mailed.userId } : { method: 'link', user: null }
    return {
      ...state,
      link: { ...state.link, taken: true },
      // It came first, whatever was proved since.
      proofs: [{ ...proof, at: this.#parts.now(), step: bySupply }, ...state.proofs],
    }
  }

  async #conflict(position: Position, closed: Closed & { closed: false }, asker: Asker): Promise<View | Again> {
    if (!closed.effect) return this.deny(position, msg(unmade[closed.why ?? 'unavailable']), asker)
    const { state, program } = position
    const fields = Object.keys(closed.errors)
    const given = state.facts.filter(({ name, value, step }) => name === closed.effect?.back && value !== null && step >= 0)
    // Several steps may have asked for parts of it: the one that asked for what is wrong.
    const asked = given.find(({ value }) => fields.some((field) => Object.hasOwn(value as object, field))) ?? given.at(-1)
    const step = asked && stageAt(program, asked.step)
    if (!asked || !step) return this.deny(position, Object.values(closed.errors)[0] ?? msg('core.conflict'), asker)
    return {
      again: { ...position, state: backTo(state, asked.step) },
      step,
      errors: closed.errors,
      typed: asked.value as Readonly<Record<string, unknown>>,
    }
  }

  /** Counts the run, and tells how long it took. */
  #tell(state: RunState, how: 'closed' | 'denied' | 'failed'): void {
    count('run', state.flow, how)
    if (!this.#parts.times) return
    const steps: Record<string, number> = {}
    for (const { step, did, ms } of state.trace)
      steps[did === 'close' ? 'close' : step] = (steps[did === 'close' ? 'close' : step] ?? 0) + ms
    this.#parts.times({ flow: state.flow, run: state.id, ended: how, spent: accounted(state).spent ?? {}, steps })
  }

  /** Keeps of an ended run only what tells later requests that it is over. One that closed without ever asking leaves nothing. */
  async #store(position: Position, ended: 'closed' | 'denied'): Promise<void> {
    const { state, version } = position
    this.#parts.log.debug({ flow: state.flow, run: state.id, ended, trace: state.trace }, 'flow.run: ended')
    if (version === undefined && ended === 'closed') return
    const ttl = Math.max(1, Math.ceil((state.expiresAt - this.#parts.now()) / 1000))
    const left: RunState = { ...state, facts: [], effects: [], kept: null, challenge: null, earlier: {}, trace: [], ended }
    await this.#parts.store.compareAndSet(runKey(state.id), version, left as unknown as Json, ttl)
  }
}
