import type { Fact, Json, StageContext } from '../api/index.ts'
import type { Proof } from '../access/types.ts'
import { Delegation, type Recorded } from './delegation.ts'
import { patience } from './guard.ts'
import type { Step } from './program.ts'
import { factOf, type Position, type RunState } from './state.ts'
import { carriedOf, userOf } from './subject.ts'
import type { Asker, EngineParts } from './parts.ts'

/**
 * What was proved of the user whom the run is about. Outside of signing in, what their session was opened with counts too, but not for a recovery: whoever finds a
 * browser and a mailbox open would need nothing else.
 */
export const proofsOf = ({ state, program }: Pick<Position, 'state' | 'program'>, { browser: { session } }: Asker): readonly Proof[] => {
  const user = userOf(state)
  const ofSession = program.designation !== 'recovery' && session?.userId === user?.id ? (session?.proofs ?? []) : []
  const before = program.designation === 'authentication' ? carriedOf(state) : ofSession
  const own = state.proofs.filter((proof) => proof.user === null || proof.user === user?.id)
  return [...before, ...linkOf(state), ...own.map(({ method, at }) => ({ method, at }))]
}

/** What the link proves that the run was opened by. It is used up, and recorded, when the run ends: should it be dead then, so is the run. */
const linkOf = ({ link, startedAt }: RunState): readonly Proof[] =>
  link && !link.taken ? [{ method: link.mailed ? 'email-link' : 'link', at: startedAt }] : []

/** What a stage kept, which is sealed where it delegates. */
export const keptOf = (state: RunState, step: Step, parts: EngineParts): Json | undefined => {
  const { kept } = state
  if (kept === null) return undefined
  return step.stage.authenticators && parts.factors ? parts.factors.open(kept as string) : kept
}

/** What a stage sees of the run. `recorded`: where an answer is looked at, what parts of authenticators prove. */
export function contextOf(
  { state, program }: Pick<Position, 'state' | 'program'>,
  step: Step,
  asker: Asker,
  parts: EngineParts,
  recorded?: Recorded,
): StageContext<any, any, any, any> {
  const peek = (fact: Fact) => factOf(state, fact.name)
  const context = {
    settings: step.settings,
    use: parts.use(step.stage.kind),
    request: asker.request,
    flow: { slug: program.slug, title: program.title },
    application: state.application ?? undefined,
    wants: state.wants,
    get proofs() {
      return proofsOf({ state, program }, asker)
    },
    get authenticators() {
      if (!step.stage.authenticators) throw new Error(`stage "${step.stage.kind}" does not say \`authenticators: true\``)
      return new Delegation({ parts, state, asker, context: stageContext, recorded })
    },
    kept: keptOf(state, step, parts),
    need: (fact: Fact) => {
      const value = peek(fact)
      if (value === undefined) throw new Error(`step "${step.id}" needs the fact "${fact.name}", which this run has not established`)
      return value
    },
    peek,
    get signal() {
      return AbortSignal.timeout(patience)
    },
  }
  const stageContext = context as unknown as StageContext<any, any, any, any>
  return stageContext
}
