import type { Fact, Stage, TObject } from '../api/index.ts'
import type { CompileCondition, Condition, WrittenCondition } from '../policy/types.ts'
import type { BranchSpec, Check, FlowSpec, Problem, Step, StepSpec } from './program.ts'

type Path = Problem['path']

/** What the compiler must know of the plugins and of the rest of the configuration. */
export type FlowLibrary = {
  stage(kind: string): Stage | undefined
  /** Checks a stage's settings, with defaults. */
  settings(stage: Stage, value: unknown): ReturnType<Check>
  /** A check of answers; what the schema does not name is dropped. */
  answers(schema: TObject): Check
  unknownStage(kind: string): string
  condition(written: WrittenCondition): ReturnType<CompileCondition>
  flow(slug: string): FlowSpec | undefined
  unknownFlow(slug: string): string
}

/** A name of the directory that a condition refers to. */
export type Refer = { readonly to: 'group' | 'user'; readonly name: string; readonly path: Path }

/** `id` is that of the step or branch that it guards. */
export type Guard = { readonly id: string; readonly condition: Condition; readonly path: Path }
type Guarded = { readonly id: string; readonly guard: Guard | undefined; readonly path: Path }
export type Branch = { readonly guard: Guard | undefined; readonly nodes: readonly Node[]; readonly path: Path }
/** A step with everything that it names. */
export type Node =
  | (Guarded & { readonly is: 'stage'; readonly step: Step })
  | (Guarded & { readonly is: 'choose'; readonly branches: readonly Branch[] })
  | (Guarded & { readonly is: 'call'; readonly nodes: readonly Node[] })
  /** Something in it is wrong and told: it might give and prove anything. */
  | (Guarded & { readonly is: 'unread' })

const unreadable: Condition = { mode: 'any', bindings: [], hash: '', reads: [] }

/** All steps of a program, those of called flows too. */
const most = 2000

/** Where a list of steps stands. */
type Place = {
  /** Of ids: that of the calls around. */
  readonly prefix: string
  /** In default ids, e.g. `3.1.`: the first branch of the third step. */
  readonly within: string
  readonly path: Path
  /** The flows around, from the outermost. In a called one, everything stands where it is called. */
  readonly slugs: readonly string[]
}
/** `spread`: of a call that cannot be made, so it is told wherever it would be. */
type Found = Problem & { readonly spread?: boolean }

const resolve = <T>(value: T | ((settings: object) => T), settings: object): T =>
  typeof value === 'function' ? (value as (settings: object) => T)(settings) : value

const under = ({ slugs, path: at }: Place, path: Path, ...more: Path): Path => (slugs.length > 1 ? at : [...path, ...more])

const onlyOfStages = ['with', 'onInvalid'] as const

/** Reads a flow's steps into a tree in which stages, conditions and called flows are resolved, and collects what is wrong with them. */
export class TreeReader {
  readonly problems: Found[] = []
  readonly refers: Refer[] = []
  readonly #library: FlowLibrary
  readonly #ids = new Set<string>()
  #size = 0

  constructor(library: FlowLibrary) {
    this.#library = library
  }

  read(slug: string, steps: readonly StepSpec[]): readonly Node[] {
    return this.#list(steps, { prefix: '', within: '', path: ['steps'], slugs: [slug] })
  }

  #list(steps: readonly StepSpec[], place: Place): readonly Node[] {
    return steps.map((step, index) => {
      const node = step === null ? undefined : this.#node(step, index, place)
      return node ?? { is: 'unread', id: '', guard: undefined, path: under(place, place.path, index) }
    })
  }

  #node(said: NonNullable<StepSpec>, index: number, place: Place): Node | undefined {
    if (this.#size++ === most) {
      const message = `has more than ${most} steps, those of the flows that it calls included; make it shorter`
      return this.#problem(place.path, message, true)
    }
    if (this.#size > most) return undefined
    const path = under(place, place.path, index)
    const kinds = (['type', 'choose', 'flow'] as const).filter((kind) => said[kind] !== undefined)
    if (kinds.length !== 1) {
      const has = kinds.length === 0 ? 'has none of them' : `has ${kinds.map((kind) => `"${kind}"`).join(' and ')}`
      return this.#problem(path, `a step is one of a stage ("type"), a choice ("choose") and a call of a flow ("flow"); this one ${has}`)
    }
    for (const name of onlyOfStages) {
      if (said.type === undefined && said[name] !== undefined)
        this.#problem([...path, name], `"${name}" belongs to a stage ("type"), not to a ${said.choose ? 'choice' : 'call'}; remove it`)
    }
    const nth = `${place.within}${index + 1}`
    if (said.type !== undefined) return this.#stage(said, said.type, nth, path, place)
    return said.choose ? this.#choice(said, said.choose, nth, path, place) : this.#call(said, said.flow ?? '', nth, path, place)
  }

  #stage(said: NonNullable<StepSpec>, type: string, nth: string, path: Path, place: Place): Node | undefined {
    const id = this.#id(said, `${type}-${nth}`, path, place)
    const guard = this.#guard(said.when, id, under(place, path, 'when'))
    const stage = this.#library.stage(type)
    if (!stage) return this.#problem([...path, 'type'], this.#library.unknownStage(type))
    const settings = this.#library.settings(stage, said.with ?? {})
    if ('problems' in settings) {
      this.problems.push(...settings.problems.map((p) => ({ path: [...path, 'with', ...p.path], message: p.message })))
      return undefined
    }
    const needs: readonly Fact[] = resolve(stage.needs ?? [], settings.value)
    const gives: readonly Fact[] = resolve(stage.gives ?? [], settings.value)
    const checkAnswer = this.#library.answers(resolve(stage.answer, settings.value))
    const { onInvalid = 'retry' } = said
    return { is: 'stage', id, guard, path, step: { id, stage, settings: settings.value, needs, gives, checkAnswer, onInvalid } }
  }

  #choice(said: NonNullable<StepSpec>, choose: readonly BranchSpec[], nth: string, path: Path, place: Place): Node {
    const id = this.#id(said, `choose-${nth}`, path, place)
    const guard = this.#guard(said.when, id, under(place, path, 'when'))
    const branches = choose.map((branch, index): Branch => {
      const at = under(place, path, 'choose', index)
      return {
        guard: this.#guard(branch.when, `${id}.${index + 1}`, under(place, at, 'when')),
        nodes: this.#list(branch.steps, { ...place, within: `${nth}.${index + 1}.`, path: under(place, at, 'steps') }),
        path: at,
      }
    })
    return { is: 'choose', id, guard, branches, path }
  }

  #call(said: NonNullable<StepSpec>, slug: string, nth: string, path: Path, place: Place): Node | undefined {
    const second = said.id === undefined && this.#ids.has(place.prefix + slug)
    const id = this.#id(said, second ? `${slug}-${nth}` : slug, path, place)
    const guard = this.#guard(said.when, id, under(place, path, 'when'))
    const at = under(place, path, 'flow')
    if (place.slugs.includes(slug)) {
      const circle = [...place.slugs.slice(place.slugs.indexOf(slug)), slug].map((name) => `"${name}"`)
      return this.#problem(at, `${circle.join(' calls ')}: no flow can run within itself; remove one of the calls`, true)
    }
    const called = this.#library.flow(slug)
    if (!called) return this.#problem(at, this.#library.unknownFlow(slug))
    if (called.entry === 'link')
      return this.#problem(at, `the flow "${slug}" is opened by a one-time link only, so no other flow can call it`)
    const [problems, refers] = [this.problems.length, this.refers.length]
    const nodes = this.#list(called.steps, { prefix: `${id}/`, within: '', path: at, slugs: [...place.slugs, slug] })
    // What is wrong there, and what it refers to, is told there.
    const inner = this.problems.splice(problems)
    this.refers.splice(refers)
    const spread = inner.find((found) => found.spread)
    if (spread) return this.#problem(at, spread.message, true)
    if (inner.length > 0 || called.partial) return this.#problem(at, `the flow "${slug}" cannot be used; put right what is wrong there`)
    return { is: 'call', id, guard, nodes, path }
  }

  #id({ id }: NonNullable<StepSpec>, standard: string, path: Path, { prefix }: Place): string {
    const full = prefix + (id ?? standard)
    if (this.#ids.has(full)) this.#problem([...path, 'id'], `two steps have the id "${full}"; give one of them another`)
    this.#ids.add(full)
    return full
  }

  #guard(when: WrittenCondition | undefined, id: string, path: Path): Guard | undefined {
    if (when === undefined) return undefined
    const compiled = this.#library.condition(when)
    if ('problems' in compiled) {
      this.problems.push(...compiled.problems.map((p) => ({ path: [...path, ...p.path], message: p.message })))
      return { id, condition: unreadable, path }
    }
    this.refers.push(...compiled.refers.map((refer) => ({ ...refer, path: [...path, ...refer.path] })))
    return { id, condition: compiled.condition, path }
  }

  #problem(path: Path, message: string, spread = false): undefined {
    this.problems.push({ path, message, spread })
    return undefined
  }
}
