import type { Item } from './document.ts'
import { keyOf } from './held.ts'
import { type KindName, kindNames } from './kinds.ts'
import { one } from './link-references.ts'
import type { Problem } from './problem.ts'
import { referencesOf } from './references.ts'
import { compileTree, type Tree } from './snapshot.ts'
import type { Items, Snapshot } from './types.ts'

export type Lenient = {
  readonly snapshot: Snapshot
  /** Everything that is wrong, as a strict reader tells it. */
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Objects that are out of use, by kind and slug, and why: those that are wrong, and those that depend on them. */
  readonly out: ReadonlyMap<string, Problem>
}

const keyIn = ({ path: [kind, slug] = [] }: Problem): string | undefined =>
  kind === undefined || slug === undefined ? undefined : keyOf(kind as KindName, String(slug))

/** Settings of all stay: dropping what they name would put the shipped flows in the place of those that were chosen. */
const stays = (key: string): boolean => key === keyOf('settings', 'flows')

/** What depends on something that is out of use is out of use too: nothing takes the place of a flow, a provider or a rule. */
const spread = ({ of, catalog }: Tree, out: Map<string, Problem>): boolean => {
  const before = out.size
  const items = kindNames.flatMap((kind) => [...of(kind).values()])
  const add = (item: Item, path: Problem['path'], message: string) => {
    const key = keyOf(item.kind, item.slug)
    if (!out.has(key) && !stays(key)) out.set(key, { path: [item.kind, item.slug, ...(path ?? [])], message })
  }
  for (const item of items) {
    for (const { to, slug, path } of referencesOf(item, catalog)) {
      if (out.has(keyOf(to, slug))) add(item, path, `the ${one(to)} "${slug}" is out of use`)
    }
  }
  for (const { slug, spec } of of('applications').values()) {
    const provider = typeof spec['provider'] === 'string' ? of('providers').get(spec['provider']) : undefined
    // Else it would get an application of its own, without the flows and rules of this one.
    if (provider && out.has(keyOf('applications', slug))) add(provider, [], `the application "${slug}" is out of use`)
  }
  return out.size > before
}

/** Apart from those that are disabled. Whoever has set one up would come in without it otherwise, for a fault of ours. */
const authenticatorsOut = ({ of }: Tree, out: ReadonlyMap<string, Problem>): ReadonlySet<string> => {
  const before = keyOf('authenticators', '')
  const slugs = [...out.keys()].flatMap((key) => (key.startsWith(before) ? [key.slice(before.length)] : []))
  return new Set(slugs.filter((slug) => of('authenticators').get(slug)?.spec['enabled'] !== false))
}

const without = (tree: Tree, out: ReadonlyMap<string, Problem>): Tree => {
  const kept = new Map<KindName, Items>()
  const of = (kind: KindName): Items => {
    const items = kept.get(kind) ?? new Map([...tree.of(kind)].filter(([slug]) => stays(keyOf(kind, slug)) || !out.has(keyOf(kind, slug))))
    kept.set(kind, items)
    return items
  }
  return { ...tree, of, authenticatorsOut: authenticatorsOut(tree, out) }
}

/**
 * Compiles what can be compiled, and leaves out what cannot.
 * @param unreadable objects that are not in the tree, since they cannot be read
 */
export const compileLeniently = (tree: Tree, unreadable: ReadonlyMap<string, Problem> = new Map()): Lenient => {
  const first: Problem[] = []
  const warnings: Problem[] = []
  let snapshot = compileTree(tree, first, warnings)
  const out = new Map(unreadable)
  const isMore = (problem: Problem): boolean => {
    const key = keyIn(problem)
    return key !== undefined && !out.has(key) && !stays(key)
  }
  let found = first
  let more = found.some(isMore) || out.size > 0
  while (more) {
    for (const problem of found.filter(isMore)) out.set(keyIn(problem) ?? '', problem)
    while (spread(tree, out));
    found = []
    snapshot = compileTree(without(tree, out), found)
    more = found.some(isMore)
  }
  return { snapshot, problems: [...unreadable.values(), ...first], warnings, out }
}
