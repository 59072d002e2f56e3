import assert from 'node:assert/strict'
import {
  msg,
  retry,
  type Fact,
  type Known,
  type Outcome,
  type RequestView,
  type Stage,
  type StageContext,
  type Wants,
} from '../../core/api/index.ts'
import type { Recorded } from '../../core/engine/delegation.ts'
import { delegation, type GivenAuthenticators } from './delegation.ts'
import { assertAllowed, factsOf } from './outcome.ts'
import { answerSchema, validAnswer, validSettings } from './schema.ts'

/** What a stage finds when it is reached. `use` holds its ports under the names that the stage gave them. */
export type Given = {
  readonly use?: Readonly<Record<string, unknown>>
  readonly know?: readonly Known[]
  readonly request?: Partial<RequestView>
  readonly application?: { readonly slug: string; readonly name: string }
  readonly wants?: Wants
  /** What was proved before. */
  readonly proofs?: readonly { readonly method: string; readonly at: number }[]
  /** For a stage that delegates. */
  readonly authenticators?: GivenAuthenticators
}

export type Driven = {
  /** Shows the stage, as a reload of the page does. */
  show(): Promise<Outcome>
  /** Answers what was last shown (showing it first if need be), by an object as a form or a JSON client sends it. */
  submit(answer: object): Promise<Outcome>
}

const request: RequestView = {
  id: 'test',
  ip: '192.0.2.1',
  userAgent: 'test',
  locale: 'en',
  origin: 'https://id.example.com',
  at: new Date('2026-01-01T00:00:00Z'),
}

/**
 * Drives one stage as the engine does: settings get their defaults, an answer that does not fit is retried without asking the stage, unknown
 * fields of an answer are dropped, a stage reaches only ports that it declares and facts that it needs. What the engine would refuse
 * (a proof or fact that is not listed, a shown field that the answer lacks, …) fails the test.
 */
export function drive(stage: Stage, settings: object = {}, given: Given = {}): Driven {
  const valid = validSettings(stage, settings)
  let kept: unknown
  let shown: Outcome | undefined

  const run = async (during: 'show' | 'submit', step: (ctx: StageContext<any, any, any, any>) => Outcome | Promise<Outcome>) => {
    const recorded: Recorded = { proofs: new Set(), failed: undefined }
    const outcome = await step(context(stage, valid, given, kept, during === 'submit' ? recorded : undefined))
    assertAllowed(stage, valid, outcome, during, recorded)
    if (outcome.go === 'ask') {
      kept = outcome.keep
      shown = outcome
    }
    return outcome
  }
  const show = () => run('show', (ctx) => stage.show(ctx))

  return {
    show,
    async submit(answer) {
      const open = shown ?? (await show())
      assert.equal(open.go, 'ask', `${stage.kind} asks nothing here: ${JSON.stringify(open)}`)
      const fitting = validAnswer(answerSchema(stage, valid), answer)
      if (!fitting) return retry({ '': msg('core.incomplete-answer') })
      return run('submit', (ctx) => stage.submit(ctx, fitting))
    },
  }
}

function context(stage: Stage, settings: object, given: Given, kept: unknown, recorded?: Recorded): StageContext<any, any, any, any> {
  const known = new Map((given.know ?? []).map(({ fact, value }) => [fact, value]))
  const needs = factsOf(stage.needs, settings)
  const use = Object.keys((stage.use ?? {}) as object).map((name) => [
    name,
    given.use?.[name] ?? assert.fail(`${stage.kind} uses the port "${name}": give one in \`use\``),
  ])
  const own = {
    settings,
    use: Object.freeze(Object.fromEntries(use)),
    request: { ...request, ...given.request },
    flow: { slug: 'test', title: 'Test' },
    application: given.application,
    wants: given.wants ?? {},
    proofs: given.proofs ?? [],
    get authenticators() {
      assert.ok(stage.authenticators, `${stage.kind} does not say \`authenticators: true\``)
      return delegation(given.authenticators ?? {}, own as StageContext<any, any, any, any>, recorded)
    },
    kept,
    need(fact: Fact) {
      assert.ok(needs.includes(fact), `${stage.kind}: fact "${fact.name}" is not in \`needs\``)
      return known.get(fact.name) ?? assert.fail(`${stage.kind} needs the fact "${fact.name}": give it in \`know\``)
    },
    peek: (fact: Fact) => known.get(fact.name),
    signal: AbortSignal.timeout(60_000),
  }
  return own as StageContext<any, any, any, any>
}
