import { createHash } from 'node:crypto'
import { facts, type Fact } from '../api/index.ts'
import { lint } from './lint.ts'
import { isOwnFlow } from './own-flow.ts'
import type { FlowSpec, Instruction, Problem, Program } from './program.ts'
import { type FlowLibrary, type Guard, type Node, type Refer, TreeReader } from './tree.ts'

export type Compiled =
  | {
      readonly program: Program
      /** Allowed, but worth a look. */
      readonly warnings: readonly Problem[]
      /** What its conditions name in the directory. */
      readonly refers: readonly Refer[]
    }
  | { readonly problems: readonly Problem[] }

const defaultSessionLifetime = 8 * 3600

const entered = ({ designation, entry }: FlowSpec) => ({ designation, byLink: entry === 'link', byCall: entry === 'call' })

/** Facts that a run of this designation is given at its start, by the engine's caller. */
function supplied(spec: FlowSpec): readonly Fact[] {
  if (spec.designation === 'authorization') return [facts.user]
  if (spec.designation === 'invalidation') return [facts.signOut, facts.user]
  if (isOwnFlow(entered(spec))) return [facts.login, facts.user]
  return spec.designation === 'recovery' && spec.entry === 'link' ? [facts.user] : []
}

/** Lays a tree out as instructions that only lead forward. */
class Layout {
  readonly instructions: Instruction[] = []

  add(nodes: readonly Node[]): void {
    for (const node of nodes) this.#guarded(node.guard, () => this.#node(node))
  }

  #node(node: Node): void {
    if (node.is === 'stage') this.instructions.push({ is: 'stage', ...node.step })
    else if (node.is === 'call') this.add(node.nodes)
    else if (node.is === 'choose') this.#choice(node)
  }

  #choice({ branches }: Node & { is: 'choose' }): void {
    const jumps: number[] = []
    for (const [index, { guard, nodes }] of branches.entries()) {
      this.#guarded(guard, () => {
        this.add(nodes)
        if (index < branches.length - 1) jumps.push(this.#reserve())
      })
    }
    for (const at of jumps) this.instructions[at] = { is: 'jump', to: this.instructions.length }
  }

  #guarded(guard: Guard | undefined, add: () => void): void {
    const at = guard ? this.#reserve() : undefined
    add()
    if (guard && at !== undefined)
      this.instructions[at] = { is: 'test', id: guard.id, condition: guard.condition, else: this.instructions.length }
  }

  /** A place for an instruction whose target is not known yet. */
  #reserve(): number {
    return this.instructions.push({ is: 'jump', to: this.instructions.length + 1 }) - 1
  }
}

const hashed = (instruction: Instruction): unknown => {
  if (instruction.is === 'jump') return instruction.to
  if (instruction.is === 'test') return [instruction.id, instruction.condition.hash, instruction.else]
  const { id, stage, settings, onInvalid } = instruction
  return [id, stage.kind, stage.upgrades?.length ?? 0, settings, onInvalid]
}

/** Turns a checked flow document into a program, or says all that is wrong with it. */
export function compileFlow(slug: string, spec: FlowSpec, library: FlowLibrary): Compiled {
  const called = new Map<string, FlowSpec>()
  const reader = new TreeReader({
    ...library,
    flow(name) {
      const found = library.flow(name)
      if (found) called.set(name, found)
      return found
    },
  })
  const tree = reader.read(slug, spec.steps)
  const { problems, warnings } = spec.partial ? { problems: [], warnings: [] } : lint(spec, supplied(spec), tree)
  const all = [...reader.problems, ...problems].map(({ path, message }) => ({ path, message }))
  if (all.length > 0 || spec.partial) return { problems: all }

  const layout = new Layout()
  layout.add(tree)
  const { instructions } = layout
  const gives = instructions.flatMap((instruction) => (instruction.is === 'stage' ? instruction.gives : []))
  return {
    program: {
      slug,
      title: spec.title,
      ...entered(spec),
      sessionLifetime: spec.session?.lifetime ?? defaultSessionLifetime,
      instructions,
      secretFacts: new Set(gives.filter((fact) => fact.secret).map(({ name }) => name)),
      hash: createHash('sha256')
        // As written too: secrets among the settings are told apart only there.
        .update(JSON.stringify([slug, spec, [...called], instructions.map(hashed)]))
        .digest('base64url'),
    },
    warnings,
    refers: reader.refers,
  }
}
