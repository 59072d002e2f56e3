import { msg, type Effect, type Json, type Outcome } from '../api/index.ts'
import { isUnavailable } from '../data/unavailable.ts'
import { accounting, measure } from '../observe/work.ts'
import { contextOf, keptOf } from './context.ts'
import { type Recorded, Throttled } from './delegation.ts'
import { asking, type Given, isDone, isOver, over, type Trouble } from './standing.ts'
import { attemptOf, userOf } from './subject.ts'
import { Ending, runKey } from './ending.ts'
import { judged } from './judging.ts'
import { begin, limits, mayBegin, succeeded, type Attempt } from './limits.ts'
import type { Asker, EngineParts, Programs, Start } from './parts.ts'
import { stageAt, type Instruction, type Step } from './program.ts'
import {
  accounted,
  anew,
  backTo,
  begun,
  factOf,
  newId,
  readState,
  restarted,
  traced,
  type Position,
  type RunState,
  type TraceLine,
} from './state.ts'
import type { View } from './view.ts'

/** An answer that was looked at, and what came of that. */
type Answered = { readonly given: Given; readonly attempt: Attempt | undefined; readonly recorded: Recorded }

/** Runs compiled flows, one answer at a time. */
export class Engine {
  readonly #parts: EngineParts
  readonly #ending: Ending
  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#ending = new Ending(parts)
  }

  /**
   * Begins a run and goes as far as no answer is needed. A run that asks nothing is never stored. With `wants.silent` a step that would
   * ask ends it as `would-ask`.
   */
  async start(start: Start, asker: Asker): Promise<View> {
    const state = begun(start, asker, this.#parts.now())
    return part('start', () => this.#advance({ state, program: start.program, version: undefined }, asker))
  }

  /**
   * Shows where a run stands. Safe to repeat. With the id of an earlier step, which somebody came back to, that step's page, if its
   * answer would still be looked at.
   */
  async view(runId: string, programs: Programs, asker: Asker, stepId?: string): Promise<View> {
    return part('view', async () => {
      const position = await this.#load(runId, programs, asker)
      if (!position) return { is: 'gone' }
      if (isOver(position, asker)) return over(position.state)
      return (await this.#lookBack(position, asker, stepId)) ?? this.#advance(position, asker)
    })
  }

  /**
   * Takes an answer. One that names no open challenge of this run is not looked at: the run is shown where it stands. An answer to an
   * earlier step that proves nothing goes back to that step, and everything after it is forgotten.
   */
  async answer(
    runId: string,
    challenge: string,
    answer: Readonly<Record<string, unknown>>,
    programs: Programs,
    asker: Asker,
  ): Promise<View> {
    return part('answer', () => this.#take(runId, challenge, answer, programs, asker))
  }

  async #take(runId: string, challenge: string, answer: Given, programs: Programs, asker: Asker): Promise<View> {
    const position = await this.#load(runId, programs, asker)
    if (!position) return { is: 'gone' }
    const { state } = position
    if (isOver(position, asker)) return over(state)
    const earlier = Object.hasOwn(state.earlier, challenge) ? state.earlier[challenge] : undefined
    if (earlier !== undefined) return this.#submit({ ...position, state: { ...backTo(state, earlier), challenge } }, answer, asker)
    if (state.challenge === null || challenge !== state.challenge) {
      return this.#advance({ ...position, state: { ...state, notice: state.notice ?? msg('core.form.stale') } }, asker)
    }
    return this.#submit(position, answer, asker)
  }

  /** Begins a run anew, keeping what it is for. */
  async restart(runId: string, programs: Programs, asker: Asker): Promise<View> {
    return part('restart', async () => {
      const position = await this.#load(runId, programs, asker)
      if (!position) return { is: 'gone' }
      return isOver(position, asker)
        ? over(position.state)
        : this.#advance({ ...position, state: anew(position.state, position.program) }, asker)
    })
  }

  async #load(runId: string, programs: Programs, asker: Asker): Promise<Position | undefined> {
    const entry = await this.#parts.store.get(runKey(runId))
    const state = entry && readState(entry.value)
    if (!entry || !state) return undefined
    if (state.browser !== asker.browser.id || state.origin !== asker.request.origin) return undefined
    const program = programs.get(state.flow)
    if (!program) return undefined
    if (program.hash === state.hash || state.ended) return { state, program, version: entry.version }
    // Nobody goes on where they could not enter any more.
    if (program.byCall || (program.byLink && !state.link)) return undefined
    // The flow was changed while somebody was in it: they begin again, under what holds now.
    return { state: { ...anew(state, program), notice: msg('core.flow-changed') }, program, version: entry.version }
  }

  /** The page of a step that was answered before, as it was answered. The run stays where it is. */
  async #lookBack({ state, program }: Position, asker: Asker, stepId: string | undefined): Promise<View | undefined> {
    const at = program.instructions.findIndex((instruction) => instruction.is === 'stage' && instruction.id === stepId)
    const [challenge] = Object.entries(state.earlier).find(([, step]) => step === at) ?? []
    const step = stageAt(program, at)
    if (!step || challenge === undefined || at >= state.at) return undefined
    const then = backTo(state, at + 1)
    try {
      const outcome = await step.stage.show(contextOf({ state: then, program }, step, asker, this.#parts))
      return outcome.go === 'ask' ? asking(backTo(state, at), step, outcome.screen, challenge) : undefined
    } catch {
      return undefined
    }
  }

  async #submit(position: Position, given: Given, asker: Asker): Promise<View> {
    const { state, program } = position
    const step = stageAt(program, state.at)
    if (!step) return this.#advance(position, asker)
    const checked = step.checkAnswer(given)
    if ('problems' in checked)
      return this.#again(position, step, { errors: { '': msg('core.incomplete-answer') }, status: 422, typed: given }, asker)

    const attempt = step.stage.proves?.length ? attemptOf(state, step.stage.kind, asker) : undefined
    const may = attempt ? await begin(this.#parts.store, attempt) : 'allowed'
    if (may !== 'allowed') return this.#throttled(position, step, may === 'refused-first', given, asker)
    const started = performance.now()
    const recorded: Recorded = { proofs: new Set(), failed: undefined }
    try {
      const context = contextOf(position, step, asker, this.#parts, recorded)
      const outcome = await stepped(step, () => step.stage.submit(context, checked.value))
      const after = this.#traced(position, { step: step.id, did: 'submit', verdict: outcome.go, ms: performance.now() - started })
      return await this.#answered(after, step, outcome, { given, attempt, recorded }, asker)
    } catch (error) {
      if (error instanceof Throttled) return this.#throttled(position, step, error.isFirst, given, asker)
      // The run stays where it is, and the attempt counts: nobody guesses more often for an outage.
      if (isUnavailable(error)) throw error
      if (attempt) await succeeded(this.#parts.store, attempt)
      if (isBusy(error))
        return this.#again(position, step, { errors: { '': msg('core.busy') }, status: 503, retryAfter: 5, typed: given }, asker)
      return this.#ending.broken(position, step, error)
    }
  }

  /** Too many tries: nothing was looked at. */
  async #throttled(position: Position, step: Step, isFirst: boolean, typed: Given, asker: Asker): Promise<View> {
    if (isFirst) await this.#ending.record('login_failed', position.state, asker, { stage: step.stage.kind, why: 'throttled' })
    const errors = { '': msg('core.attempts.wait', { minutes: limits.window / 60 }) }
    return this.#again(position, step, { errors, status: 429, retryAfter: limits.window, typed }, asker)
  }

  async #answered(position: Position, step: Step, outcome: Outcome, { given, attempt, recorded }: Answered, asker: Asker): Promise<View> {
    const { state } = position
    switch (outcome.go) {
      case 'pass': {
        const passed = this.#passed(state, step, outcome, recorded)
        if (attempt) await succeeded(this.#parts.store, attempt)
        return this.#advance({ ...position, state: passed }, asker)
      }
      case 'retry': {
        if (!attempt && recorded.failed === undefined) return this.#wrong(position, step, outcome, given, asker)
        const by = recorded.failed === undefined ? {} : { authenticator: recorded.failed }
        await this.#ending.record('login_failed', state, asker, { stage: step.stage.kind, ...by, why: 'wrong' })
        const failed = { ...position, state: { ...state, failures: state.failures + 1 } }
        if (failed.state.failures >= limits.run) return this.#ending.deny(failed, msg('core.denied.attempts'), asker)
        return this.#wrong(failed, step, outcome, given, asker)
      }
      case 'ask': {
        const proved = this.#proved(state, step, outcome.proof, recorded)
        if (attempt && outcome.proof !== undefined) await succeeded(this.#parts.store, attempt)
        return this.#ask({ ...position, state: { ...state, challenge: null, proofs: proved } }, step, outcome, asker)
      }
      case 'deny':
        return this.#ending.deny(position, outcome.why, asker, outcome.byUser ? { byUser: true } : {})
    }
  }

  /** What follows a wrong answer, as the step says. How often there was one is not forgotten. */
  async #wrong(position: Position, step: Step, { errors, signals }: Outcome & { go: 'retry' }, given: Given, asker: Asker): Promise<View> {
    if (step.onInvalid === 'retry') return this.#again(position, step, { errors, signals, status: 422, typed: given }, asker)
    const again = restarted(position.state, step.onInvalid === 'restart-with-facts' ? 'facts' : 'nothing')
    // The fields that the errors are about are not on the page that comes now.
    const notice = errors[''] ?? Object.values(errors)[0] ?? null
    return this.#advance({ ...position, state: { ...again, notice } }, asker)
  }

  /** Goes through the program until a step asks, or it is at its end. */
  async #advance(from: Position, asker: Asker): Promise<View> {
    let position = from
    for (;;) {
      const { state, program } = position
      const instruction = program.instructions[state.at]
      if (!instruction) return this.#close(position, asker)
      const next =
        instruction.is === 'stage'
          ? await this.#show(position, instruction, asker)
          : instruction.is === 'test'
            ? await this.#test(position, instruction, asker)
            : moved(position, instruction.to)
      if ('is' in next) return next
      position = next
    }
  }

  /** Shows a step: where the run stands now, or where it goes on if the step needs no answer. */
  async #show(position: Position, step: Step, asker: Asker): Promise<View | Position> {
    const { state } = position
    if (isDone(state, step)) return moved(this.#traced(position, { step: step.id, did: 'show', verdict: 'pass', ms: 0 }), state.at + 1)
    const absent = step.needs.find(({ name }) => factOf(state, name) === undefined)
    if (absent) {
      const reason = `step "${step.id}" needs the fact "${absent.name}", which this run has not established`
      return this.#ending.deny(position, msg('core.fact-missing'), asker, { detail: { step: step.id, failed: reason } })
    }
    const started = performance.now()
    try {
      const context = contextOf(position, step, asker, this.#parts)
      const outcome = await stepped(step, () => step.stage.show(context))
      if (outcome.go === 'ask' && outcome.proof !== undefined)
        throw new Error(`stage "${step.stage.kind}" claims a proof while it is shown`)
      if (outcome.go === 'ask')
        return state.wants.silent
          ? { is: 'would-ask', step: step.id, kind: step.stage.kind }
          : await this.#ask(position, step, outcome, asker)
      if (outcome.go === 'retry') throw new Error(`stage "${step.stage.kind}" answered \`retry\` to being shown`)
      const after = this.#traced(position, { step: step.id, did: 'show', verdict: outcome.go, ms: performance.now() - started })
      if (outcome.go === 'deny') return await this.#ending.deny(after, outcome.why, asker)
      return { ...after, state: this.#passed(after.state, step, outcome) }
    } catch (error) {
      if (isUnavailable(error)) throw error
      return this.#ending.broken(position, step, error)
    }
  }

  /** Asks a condition. One that cannot be judged ends the run: no step is left out for it, and no other way is taken. */
  async #test(position: Position, test: Instruction & { is: 'test' }, asker: Asker): Promise<View | Position> {
    const started = performance.now()
    const { said, reasons } = await judged(this.#parts, test, position, asker)
    const after = this.#traced(position, { step: test.id, did: 'test', verdict: said, reasons, ms: performance.now() - started })
    if (said !== 'failed') return moved(after, said === 'yes' ? position.state.at + 1 : test.else)
    const failed = reasons.filter((reason) => reason.said === 'failed').map(({ of, detail }) => (detail ? `${of}: ${detail}` : of))
    return this.#ending.deny(after, msg('core.condition-failed'), asker, { detail: { step: test.id, failed: failed.join('; ') } })
  }

  #traced(position: Position, line: TraceLine): Position {
    this.#parts.trace?.(line)
    return { ...position, state: traced(position.state, line) }
  }

  /** The run after a step has passed. What a stage says beyond what it declared is an error, not a proof. */
  #passed(state: RunState, step: Step, outcome: Outcome & { go: 'pass' }, answered?: Recorded): RunState {
    const { kind, proves = [] } = step.stage
    const given = new Map((outcome.know ?? []).map(({ fact, value }) => [fact, value as Json]))
    const strange = [...given.keys()].find((name) => !step.gives.some((fact) => fact.name === name))
    if (strange !== undefined) throw new Error(`stage "${kind}" gives the fact "${strange}", which is not among its \`gives\``)
    // What a step may give and does not is not known any more: a second identification that finds nobody must not leave the first one's user.
    const now = step.gives.map(({ name }) => ({ name, value: given.get(name) ?? null, step: state.at }))
    const facts = [...state.facts, ...now]
    const user = userOf({ ...state, facts })
    const proofs = this.#proved({ ...state, facts }, step, outcome.proof, answered)
    const mayReturn = answered && state.challenge !== null && proves.length === 0 && outcome.proof === undefined
    return {
      ...state,
      at: state.at + 1,
      facts,
      proofs,
      effects: [...state.effects, ...(outcome.do ?? []).map((effect: Effect) => ({ ...effect, step: state.at, user: user?.id ?? null }))],
      earlier: mayReturn ? { ...state.earlier, [state.challenge]: state.at } : state.earlier,
      challenge: null,
      kept: null,
      notice: null,
    }
  }

  /** The proofs of a run, with one that a stage claims: none that it did not declare, and only for an answer that was looked at now. */
  #proved(state: RunState, { stage }: Step, proof: string | undefined, answered: Recorded | undefined): RunState['proofs'] {
    if (proof === undefined) return state.proofs
    const { kind, proves = [], authenticators = false } = stage
    if (!answered || !(proves.includes(proof) || answered.proofs.has(proof))) {
      const lacking = authenticators ? 'which no authenticator has proved' : 'which is not among its `proves`'
      throw new Error(`stage "${kind}" claims the proof "${proof}" ${answered ? lacking : 'without having been answered'}`)
    }
    const user = userOf(state)
    if (!user) throw new Error(`stage "${kind}" claims the proof "${proof}" of nobody`)
    return [...state.proofs, { method: proof, at: this.#parts.now(), step: state.at, user: user.id }]
  }

  /** Gives the screen, and stores the run if anything about it is new. */
  async #ask(position: Position, step: Step, outcome: Outcome & { go: 'ask' }, asker: Asker, trouble?: Trouble): Promise<View> {
    const { state, version } = position
    if (version === undefined && !(await mayBegin(this.#parts.store, asker.request.ip)))
      return { is: 'throttled', retryAfter: limits.window }
    const challenge = state.challenge ?? newId()
    const kept = this.#kept(state, step, outcome.keep as Json | undefined)
    if (version === undefined || challenge !== state.challenge || kept !== state.kept) {
      const ttl = Math.max(1, Math.ceil((state.expiresAt - this.#parts.now()) / 1000))
      const next = { ...accounted(state), challenge, kept, notice: null } as unknown as Json
      const stored = await this.#parts.store.compareAndSet(runKey(state.id), version, next, ttl)
      if (!stored) return { is: 'moved', runId: state.id, flow: state.flow }
    }
    return asking(state, step, outcome.screen, challenge, trouble)
  }

  /** What is stored of what a stage keeps: as it was stored before, if nothing about it is new. */
  #kept(state: RunState, step: Step, keep: Json | undefined): Json {
    if (keep === undefined || JSON.stringify(keep) === JSON.stringify(keptOf(state, step, this.#parts))) return state.kept
    return step.stage.authenticators && this.#parts.factors ? this.#parts.factors.seal(keep) : keep
  }

  /** The step again, with errors, under a new challenge: an answer counts once, also a wrong one. */
  async #again(position: Position, step: Step, trouble: Trouble, asker: Asker): Promise<View> {
    const from = { ...position, state: { ...position.state, challenge: null } }
    try {
      const context = contextOf(from, step, asker, this.#parts)
      const outcome = await stepped(step, () => step.stage.show(context))
      return outcome.go === 'ask' ? await this.#ask(from, step, outcome, asker, trouble) : await this.#advance(from, asker)
    } catch (error) {
      if (isUnavailable(error)) throw error
      return this.#ending.broken(from, step, error)
    }
  }

  async #close(position: Position, asker: Asker): Promise<View> {
    const closed = await this.#ending.close(position, asker)
    return 'again' in closed
      ? this.#again(closed.again, closed.step, { errors: closed.errors, status: 422, typed: closed.typed }, asker)
      : closed
  }
}

/** One request's part of a run, measured with an account of its own. */
const part = (did: string, work: () => Promise<View>): Promise<View> =>
  measure('run', did, () => accounting(work), { outcome: (view) => view.is })

const stepped = (step: Step, work: () => Outcome | Promise<Outcome>): Promise<Outcome> =>
  measure('step', step.stage.kind, work, { outcome: ({ go }) => go, told: () => ({ 'sluice.step': step.id }) })

const moved = (position: Position, to: number): Position => ({ ...position, state: { ...position.state, at: to } })

const isBusy = (error: unknown) => error instanceof Error && error.name === 'Busy'
