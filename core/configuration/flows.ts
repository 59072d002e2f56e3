import type { FlowSpec, Program, StepSpec } from '../engine/program.ts'
import type { FlowLibrary } from '../engine/tree.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import { durationSeconds } from '../api/duration.ts'
import type { WrittenFlow } from './kinds.ts'
import type { Path, Problem } from './problem.ts'
import { resolveSecrets } from './secrets.ts'
import { didYouMean } from './suggest.ts'
import type { CompileFlow, Items } from './types.ts'

type Step = NonNullable<StepSpec>

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isOneOf = (value: Readonly<Record<string, unknown>>) =>
  typeof value['type'] === 'string' || Array.isArray(value['choose']) || typeof value['flow'] === 'string'

/** Reads one flow's steps, at every depth: those of one that is not sound as far as they can be looked at. */
class StepReader {
  readonly #item: Item
  readonly #catalog: Catalog
  readonly #problems: Problem[]
  constructor(item: Item, catalog: Catalog, problems: Problem[]) {
    this.#item = item
    this.#catalog = catalog
    this.#problems = problems
  }

  list(steps: unknown, path: Path): readonly StepSpec[] {
    return (Array.isArray(steps) ? steps : []).map((step, index) => this.#step(step, [...path, index]))
  }

  #step(step: unknown, path: Path): StepSpec {
    if (!isMap(step) || (!this.#item.sound && !isOneOf(step))) return null
    const { with: settings, choose } = step
    return {
      ...(step as Step),
      ...(isMap(settings) && { with: this.#settings(step['type'], settings, [...path, 'with']) }),
      ...(Array.isArray(choose) && {
        choose: choose.map((branch: unknown, index) => ({
          ...(isMap(branch) ? branch : {}),
          steps: this.list(isMap(branch) ? branch['steps'] : [], [...path, 'choose', index, 'steps']),
        })),
      }),
    }
  }

  #settings(type: unknown, settings: Readonly<Record<string, unknown>>, path: Path): Readonly<Record<string, unknown>> {
    const stage = this.#catalog.stage(String(type))
    if (!stage) return settings
    const resolved = resolveSecrets(this.#catalog.schema(stage), settings, this.#item.document.secrets)
    this.#problems.push(...resolved.problems.map(({ path: at = [], message }) => problemOf(this.#item, [...path, ...at], message)))
    return resolved.value as Record<string, unknown>
  }
}

const specOf = ({ title, designation, entry, session }: Partial<WrittenFlow>, steps: FlowSpec['steps'], sound: boolean): FlowSpec => ({
  title: title ?? '',
  designation: designation ?? 'stage-configuration',
  ...(entry && { entry }),
  ...(session && { session: { lifetime: durationSeconds(session.lifetime) } }),
  steps,
  ...(!sound && { partial: true }),
})

/** A binding as a whole: of one in which something was wrong, that was left out, and what is missing then is told already. */
const isBinding = (path: Path): boolean => typeof path.at(-1) === 'number' && ['when', 'bindings'].includes(String(path.at(-2)))

/** A flow that was compiled, and what is worth a look in it. */
type Compiled = { readonly program: Program; readonly warnings: readonly Problem[] }

type Wanted = {
  readonly items: Items
  readonly catalog: Catalog
  readonly condition: FlowLibrary['condition']
  readonly compileFlow: CompileFlow
  /** Those that are compiled; the others may be called by them. */
  readonly only: ReadonlySet<string>
}

/** Flows as programs, by slug; what is wrong with one is added to `problems`. */
export const compileFlows = (
  { items, catalog, condition, compileFlow, only }: Wanted,
  problems: Problem[],
): ReadonlyMap<string, Compiled> => {
  const specs = new Map(
    [...items].map(([slug, item]) => {
      // What is wrong with one that is only called is told where it is compiled itself.
      const steps = new StepReader(item, catalog, only.has(slug) ? problems : []).list(item.spec['steps'], ['steps'])
      return [slug, specOf(item.spec, steps, item.sound)]
    }),
  )
  const library: FlowLibrary = {
    ...catalog,
    condition,
    flow: (slug) => specs.get(slug),
    unknownFlow: (slug) => `there is no flow "${slug}"${didYouMean(slug, specs.keys())}`,
  }
  const done = new Map<string, Compiled>()
  for (const [slug, item] of items) {
    if (!only.has(slug)) continue
    const compiled = compileFlow(slug, specs.get(slug) as FlowSpec, library)
    const told = ({ path, message }: { readonly path: Path; readonly message: string }) => problemOf(item, path, message)
    if ('program' in compiled) done.set(slug, { program: compiled.program, warnings: compiled.warnings.map(told) })
    else problems.push(...compiled.problems.filter(({ path }) => item.sound || !isBinding(path)).map(told))
  }
  return done
}
