import {
  ask,
  type Authenticating,
  type Authenticator,
  type AuthenticatorView,
  type DelegatedPart,
  type DeviceView,
  facts,
  type Json,
  know,
  type Message,
  msg,
  type Node,
  type Outcome,
  type Part,
  type PartContext,
  pass,
  retry,
  screen,
  type StageContext,
} from '../api/index.ts'
import { type ConfiguredAuthenticator, demandOf, factorCount, isTrusted, methodsIn } from '../access/factors.ts'
import { isUnavailable } from '../data/unavailable.ts'
import type { Described, ListedDevice } from '../identity/described.ts'
import { anything, assumed, type Assumed, identifying } from './assume.ts'
import { attemptOf, userOf } from './subject.ts'
import { begin, succeeded, type Attempt } from './limits.ts'
import type { Asker, EngineParts, FactorParts } from './parts.ts'
import type { RunState } from './state.ts'

/** Guesses at what authenticators ask for count together, whichever authenticator it is. */
const guessed = 'authenticator'

/**
 * A browser is known for guesses at authenticators once one was proved there. Whoever has the password alone, and finds a flow that asks for no more, or signed
 * in before there was more to ask for, makes as many known browsers as they like.
 */
const guessOf = (state: RunState, asker: Asker): Attempt => {
  const { trust, session } = asker.browser
  const attempt = attemptOf(state, guessed, asker, (id) => trust.some(({ userId, provedAt }) => userId === id && provedAt !== undefined))
  const user = userOf(state)
  // Whoever is signed in knows who they are: what they guess in a flow of their own counts where it does at sign-ins, once the password was proved.
  return user && user.id === session?.userId ? { ...attempt, account: user.id } : attempt
}

/** There were too many tries: nothing is looked at now. */
export class Throttled extends Error {
  readonly isFirst: boolean
  constructor(isFirst: boolean) {
    super('too many attempts')
    this.isFirst = isFirst
  }
}

/** What parts of authenticators came to while one answer was looked at. */
export type Recorded = {
  /** What they proved: for this answer alone. */
  readonly proofs: Set<string>
  /** The kind whose part was given a wrong answer. */
  failed: string | undefined
}

type Situation = {
  readonly parts: EngineParts
  readonly state: RunState
  readonly asker: Asker
  /** The context of the stage that delegates, without what is made here. */
  readonly context: Omit<StageContext<any, any, any, any>, 'authenticators'>
  /** Undefined while a page is only shown: nothing can be proved then. */
  readonly recorded: Recorded | undefined
}

const viewOf = ({ authenticator, settings }: ConfiguredAuthenticator): AuthenticatorView => ({
  kind: authenticator.kind,
  label: authenticator.label,
  description: authenticator.description,
  backup: authenticator.backup ?? false,
  canIdentify: authenticator.identify !== undefined,
  methods: Object.keys(authenticator.proves(settings)),
})

/** Runs parts of authenticators for a stage, and writes down what they prove. The stage can claim no other proof. */
export class Delegation implements Authenticating {
  readonly #in: Situation
  readonly #factors: FactorParts
  constructor(situation: Situation) {
    const { factors } = situation.parts
    if (!factors) throw new Error('this engine knows no authenticators')
    this.#in = situation
    this.#factors = factors
  }

  get enabled(): readonly AuthenticatorView[] {
    return [...this.#in.asker.factors.authenticators.values()].map(viewOf)
  }

  get trust(): number {
    return this.#in.asker.factors.trust
  }

  get isTrusted(): boolean {
    const { asker, state, parts } = this.#in
    return isTrusted(asker.factors, asker.browser, userOf(state)?.id, state.wants, parts.now())
  }

  async devices(): Promise<readonly DeviceView[]> {
    const user = userOf(this.#in.state)
    if (!user) return []
    const devices = (await this.#factors.devices.ofUser(user.id)).flatMap((device) => {
      const { authenticators, outOfUse } = this.#in.asker.factors
      const found = authenticators.get(device.kind)
      const { data: _, version: __, ...shown } = device
      if (outOfUse?.has(device.kind)) return [{ ...shown, description: undefined, broken: 'failing' as const }]
      return found ? [{ ...shown, ...this.#described(device, found.authenticator) }] : []
    })
    return devices.toSorted((a, b) => (b.lastUsedAt?.getTime() ?? 0) - (a.lastUsedAt?.getTime() ?? 0))
  }

  async offers(kind: string): Promise<boolean> {
    const { authenticator } = this.#find(kind)
    return authenticator.offers === undefined || authenticator.offers(await this.#contextFor(kind, undefined))
  }

  async usable(kind: string): Promise<true | Message> {
    const { authenticator } = this.#find(kind)
    if (this.#factors.plain) return true
    const context = await this.#contextFor(kind, undefined)
    if (context.devices.length === 0) return msg('core.devices.broken')
    try {
      return (await authenticator.usable?.(context)) ?? true
    } catch (error) {
      if (isUnavailable(error)) throw error
      this.#in.parts.log.error({ err: error, authenticator: kind, user: userOf(this.#in.state)?.id }, 'authenticators: one broke')
      return msg('core.devices.broken')
    }
  }

  demand({ always = false }: { readonly always?: boolean } = {}): ReturnType<Authenticating['demand']> {
    const { asker, state, context } = this.#in
    return demandOf(asker.factors, state.wants, methodsIn(context.proofs), always)
  }

  factors(also: readonly string[] = []): number {
    return factorCount(this.#in.asker.factors, [...methodsIn(this.#in.context.proofs), ...also])
  }

  async graceUntil(): Promise<Date | undefined> {
    const { asker, state, parts } = this.#in
    const user = userOf(state)
    if (!user || !asker.factors.require) return undefined
    const due = (await this.#factors.dueAt(user.id)) ?? parts.now() + asker.factors.grace * 1000
    return due > parts.now() ? new Date(due) : undefined
  }

  part(kind: string, name: 'enrol' | 'verify' | 'identify'): DelegatedPart {
    const { authenticator, settings } = this.#find(kind)
    const part: Part | undefined = authenticator[name]
    if (!part) throw new Error(`the authenticator "${kind}" has no part "${name}"`)
    const { state, asker, recorded, parts } = this.#in
    return {
      show: async (kept) => {
        if (this.#factors.plain) return ask(screen(authenticator.label, ...this.#plainFields(kind, name)))
        const outcome = await part.show(await this.#contextFor(kind, kept))
        if (outcome.go === 'pass' && outcome.proof !== undefined)
          throw new Error(`authenticator "${kind}" claims the proof "${outcome.proof}" without having been answered`)
        return outcome
      },
      submit: async (answer, kept) => {
        if (recorded && this.#factors.plain) return this.#assume(kind, name, (answer as Assumed)[assumed], recorded)
        if (!recorded) throw new Error(`authenticator "${kind}" cannot be answered while a page is shown`)
        const checked = this.#factors.answers(part.answer)(answer)
        if ('problems' in checked) return retry({ '': msg('core.incomplete-answer') })
        const attempt = name === 'enrol' ? undefined : guessOf(state, asker)
        if (attempt) await this.#begin(attempt)
        const outcome: Outcome = await part.submit(await this.#contextFor(kind, kept), checked.value)
        if (attempt && (outcome.go === 'pass' || outcome.go === 'ask')) await succeeded(parts.store, attempt)
        if (attempt && outcome.go === 'retry') recorded.failed = kind
        if (outcome.go === 'pass' && outcome.proof !== undefined) {
          if (!Object.hasOwn(authenticator.proves(settings), outcome.proof))
            throw new Error(`authenticator "${kind}" claims the proof "${outcome.proof}" which is not among its \`proves\``)
          recorded.proofs.add(outcome.proof)
        }
        return outcome
      },
    }
  }

  /** Not on pages that are shown: only what an answer is looked at for. */
  #plainFields(kind: string, name: string): readonly Node[] {
    return this.#in.recorded && name === 'identify' ? [{ node: 'field', input: 'hidden', name: identifying(kind), value: '' }] : []
  }

  /** What a simulation takes for granted: a proof that the authenticator could give, of something that the user has. */
  async #assume(kind: string, name: string, said: string | undefined, recorded: Recorded): Promise<Outcome> {
    const { authenticator, settings } = this.#find(kind)
    const methods = Object.keys(authenticator.proves(settings))
    const proof = said === anything ? methods[0] : methods.find((method) => method === said)
    if (proof === undefined) return retry({ '': msg('core.field.invalid') })
    // Saving backup codes proves nothing.
    if (name === 'enrol' && authenticator.backup) return pass()
    if (name !== 'identify') {
      recorded.proofs.add(proof)
      return pass({ proof })
    }
    const user = this.#factors.identified
    const has = user && (await this.#factors.devices.ofUser(user.id)).some((device) => device.kind === kind)
    if (!has) return retry({ '': msg('core.field.invalid') })
    recorded.proofs.add(proof)
    return pass({ proof, know: [know(facts.login, { identifier: user.username }), know(facts.user, user)] })
  }

  /** In a simulation devices are nothing that an authenticator could look at. */
  #described(device: ListedDevice, authenticator: Authenticator): Described {
    return this.#factors.plain ? { description: undefined, broken: undefined } : this.#factors.devices.described(device, authenticator)
  }

  #find(kind: string): ConfiguredAuthenticator {
    const found = this.#in.asker.factors.authenticators.get(kind)
    if (!found) throw new Error(`there is no authenticator "${kind}" in use`)
    return found
  }

  async #begin(attempt: Attempt): Promise<void> {
    const may = await begin(this.#in.parts.store, attempt)
    if (may !== 'allowed') throw new Throttled(may === 'refused-first')
  }

  async #contextFor(kind: string, kept: Json | undefined): Promise<PartContext<any, any, any>> {
    const { settings, authenticator } = this.#find(kind)
    const user = userOf(this.#in.state)
    const all = user ? await this.#factors.devices.ofKind(kind, authenticator.single ?? false).of(user.id) : []
    const devices = all.filter((device) => this.#described({ ...device, kind }, authenticator).broken === undefined)
    const own = { settings, use: this.#factors.use(kind), kept, devices }
    // Not by spreading: the signal is made where somebody asks for it.
    return Object.create(this.#in.context, Object.getOwnPropertyDescriptors(own)) as PartContext<any, any, any>
  }
}
