import { facts, type Fact } from '../api/index.ts'
import type { FlowSpec, Problem, Step } from './program.ts'
import type { Branch, Guard, Node } from './tree.ts'

/** What is known before a step, over all the ways that lead there. */
type Known = {
  /** Facts that some way gives, and those that every way gives. */
  readonly may: ReadonlySet<string>
  readonly must: ReadonlySet<string>
  readonly mayProve: boolean
  readonly mustProve: boolean
  /** A step before it could not be read: more may be known. */
  readonly unsure: boolean
  /** The step that ends every way that leads here. */
  readonly ended: string | undefined
}

const merged = (a: Known, b: Known): Known => {
  // A way that has ended leads nowhere, so nothing about it matters behind the point where ways meet.
  if (a.ended !== undefined) return b
  if (b.ended !== undefined) return a
  return {
    may: a.may.union(b.may),
    must: a.must.intersection(b.must),
    mayProve: a.mayProve || b.mayProve,
    mustProve: a.mustProve && b.mustProve,
    unsure: a.unsure || b.unsure,
    ended: undefined,
  }
}

const quoted = (ids: readonly string[]) => ids.map((id) => `"${id}"`).join(', ')

/** Finds out by may and must, over all ways through a flow, what can never work and what only sometimes does. */
class Linter {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  /** Steps that may prove who the user is. */
  readonly proving: string[] = []

  list(nodes: readonly Node[], before: Known): Known {
    let known = before
    let told = false
    for (const node of nodes) {
      if (known.ended !== undefined) {
        if (!told) this.#problem(node.path, `is never reached: "${known.ended}" ends every run that comes to it; remove one of them`)
        told = true
      }
      known = this.#guarded(node.guard, known, (inside) => this.#node(node, inside))
    }
    return known
  }

  #node(node: Node, known: Known): Known {
    switch (node.is) {
      case 'stage':
        return this.#stage(node.step, node.path, known)
      case 'call':
        return this.list(node.nodes, known)
      case 'choose':
        return this.#choice(node.branches, known)
      case 'unread':
        return { ...known, mayProve: true, mustProve: true, unsure: true }
    }
  }

  #stage({ id, stage, needs, gives }: Step, path: Problem['path'], known: Known): Known {
    for (const { name } of known.unsure ? [] : needs) {
      if (!known.may.has(name))
        this.#problem(path, `step "${id}" needs the fact "${name}", which no earlier step gives; put a step that gives it before`)
      else if (!known.must.has(name))
        this.#warn(
          path,
          `step "${id}" needs the fact "${name}", which only steps give that a run may leave out; a run that comes here without it is denied`,
        )
    }
    const names = new Set(gives.map(({ name }) => name))
    const proves = (stage.proves?.length ?? 0) > 0
    const mayProve = proves || stage.authenticators === true
    if (mayProve) this.proving.push(id)
    return {
      may: known.may.union(names),
      must: known.must.union(names),
      mayProve: known.mayProve || mayProve,
      mustProve: known.mustProve || proves,
      unsure: known.unsure,
      ended: known.ended ?? (stage.ends ? id : undefined),
    }
  }

  #choice(branches: readonly Branch[], before: Known): Known {
    let after: Known | undefined
    for (const [index, { guard, nodes, path }] of branches.entries()) {
      if (index > 0 && !branches[index - 1]?.guard)
        this.#problem(path, 'is never reached: the branch before it has no "when"; only the last branch may have none')
      this.#reads(guard, before)
      const end = this.list(nodes, before)
      after = after ? merged(after, end) : end
    }
    const complete = branches.some(({ guard }) => !guard)
    return after === undefined ? before : complete ? after : merged(after, before)
  }

  #guarded(guard: Guard | undefined, before: Known, inside: (known: Known) => Known): Known {
    this.#reads(guard, before)
    const after = inside(before)
    if (!guard) return after
    // What asks for what was proved leaves a step out because of that.
    const asksForProof = guard.condition.reads.some((name) => name === 'methods' || name === 'proofs')
    return { ...merged(before, after), ...(asksForProof && { mustProve: after.mustProve }) }
  }

  #reads(guard: Guard | undefined, { may, unsure }: Known): void {
    if (!unsure && guard?.condition.reads.includes('user') && !may.has(facts.user.name))
      this.#problem(guard.path, 'the condition asks about the user, and no earlier step says who it is; put such a step before')
  }

  #problem(path: Problem['path'], message: string): void {
    this.problems.push({ path, message })
  }

  #warn(path: Problem['path'], message: string): void {
    this.warnings.push({ path, message })
  }
}

/** What is wrong with a flow as a whole, and what is allowed but worth a look. `supplied`: facts that its runs begin with. */
export function lint(
  { designation, entry }: FlowSpec,
  supplied: readonly Fact[],
  nodes: readonly Node[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  // Of a flow that is only called, the flows that call it know what is there before it: it is looked at there.
  if (entry === 'call') return { problems: [], warnings: [] }
  const linter = new Linter()
  const names = new Set(supplied.map(({ name }) => name))
  const end = linter.list(nodes, { may: names, must: names, mayProve: false, mustProve: false, unsure: false, ended: undefined })
  const { problems, warnings, proving } = linter
  if (designation !== 'authentication' || entry === 'link' || problems.length > 0) return { problems, warnings }
  const path = ['steps']
  if (!end.mayProve) {
    const message = 'no step proves who the user is, so no run of this flow could open a session; add one, e.g. `- type: password`'
    return { problems: [{ path, message }], warnings }
  }
  if (end.mustProve || end.ended !== undefined) return { problems, warnings }
  const message = `a run may leave out every step that proves who the user is (${quoted(proving)}); such a run is denied at its end`
  return { problems, warnings: [...warnings, { path, message }] }
}
