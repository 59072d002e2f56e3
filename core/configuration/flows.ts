import type { FlowSpec, Program } from '../engine/program.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import { durationSeconds } from './duration.ts'
import type { WrittenFlow } from './kinds.ts'
import type { Path, Problem } from './problem.ts'
import { resolveSecrets } from './secrets.ts'
import type { CompileFlow, Items } from './types.ts'

type Step = FlowSpec['steps'][number]
type Placed = { readonly step: Step; readonly index: number }

const isStep = (step: unknown): step is Step =>
  typeof step === 'object' &&
  step !== null &&
  'type' in step &&
  typeof step.type === 'string' &&
  (!('with' in step) || typeof step.with === 'object')

/** The steps with their places: of a flow that is not sound only those that can be looked at. */
const stepsOf = ({ spec: { steps = [] } }: Item): readonly Placed[] =>
  (steps as readonly unknown[]).flatMap((step, index) => (isStep(step) ? [{ step, index }] : []))

const specOf = ({ title, designation, entry, session }: Partial<WrittenFlow>, steps: FlowSpec['steps']): FlowSpec => ({
  title: title ?? '',
  designation: designation ?? 'stage-configuration',
  ...(entry && { entry }),
  ...(session && { session: { lifetime: durationSeconds(session.lifetime) } }),
  steps,
})

const withSecrets = (item: Item, { step, index }: Placed, catalog: Catalog, problems: Problem[]): Step => {
  const stage = catalog.stage(step.type)
  if (!stage || !step.with) return step
  const resolved = resolveSecrets(catalog.schema(stage), step.with, item.document.secrets)
  problems.push(...resolved.problems.map(({ path = [], message }) => problemOf(item, ['steps', index, 'with', ...path], message)))
  return { ...step, with: resolved.value as Record<string, unknown> }
}

/** Every flow as a program, by slug; what is wrong with one is added to `problems`. */
export const compileFlows = (
  items: Items,
  catalog: Catalog,
  compileFlow: CompileFlow,
  problems: Problem[],
): ReadonlyMap<string, Program> => {
  const programs = new Map<string, Program>()
  for (const item of items.values()) {
    const placed = stepsOf(item)
    const steps = placed.map((one) => withSecrets(item, one, catalog, problems))
    const compiled = compileFlow(item.slug, specOf(item.spec, steps), catalog)
    if ('program' in compiled) programs.set(item.slug, compiled.program)
    else for (const { path, message } of compiled.problems) tell(item, placed, path, message)
  }
  return programs

  /** Of a flow with gaps, only what is said about one step's own type and settings is true. */
  function tell(item: Item, placed: readonly Placed[], path: Path, message: string): void {
    const [list, index, part] = path
    const own = part === 'type' || part === 'with'
    if (!item.sound && !own) return
    const place = list === 'steps' && typeof index === 'number' ? ['steps', placed[index]?.index ?? index, ...path.slice(2)] : path
    problems.push(problemOf(item, place, message))
  }
}
