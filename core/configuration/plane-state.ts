import type { Clock, Log } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Seal } from '../keys/seal.ts'
import type { Signals } from '../signals/signals.ts'
import type { Catalog } from './catalog.ts'
import type { Document, Item } from './document.ts'
import { type Held, keyOf } from './held.ts'
import { type KindName, kindNames } from './kinds.ts'
import { layer } from './layer.ts'
import { compileLeniently, type Lenient } from './lenient.ts'
import type { Problem } from './problem.ts'
import type { Tree } from './snapshot.ts'
import type { CompileFlow, Items } from './types.ts'

/** The head as a process knows it: immutable, and replaced as a whole. */
export type State = Lenient & {
  readonly head: number
  /** Stored objects by kind and slug. */
  readonly held: ReadonlyMap<string, Held>
}

export type CompileParts = {
  readonly catalog: Catalog
  readonly compileFlow: CompileFlow
  readonly isPermission?: ((entry: string) => boolean) | undefined
}

export type PlaneParts = CompileParts & {
  readonly database: Database
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Log
  /** Objects below the stored ones, e.g. the default flows. */
  readonly shipped: readonly Document[]
  /** Hashes the first passwords of users. */
  readonly hash: (password: string) => Promise<string>
}

/** How a process hears of what others commit. */
export type Watching = {
  /** Others are told of a commit by it, and looked after when they tell of one. Without it, or where it is lost, the look of each `poll` finds it. */
  readonly signals?: Signals | undefined
  /** Milliseconds between two looks at whether another process has committed. */
  readonly poll?: number
}

/** The shipped objects, by kind and slug. Throws: they are part of the program. */
export const shippedObjects = (documents: readonly Document[]): ((kind: KindName) => Items) => {
  const problems: Problem[] = []
  const { items } = layer(documents, problems)
  if (problems.length > 0) throw new Error(`what is shipped cannot be read: ${problems.map(({ message }) => message).join('; ')}`)
  const none: Items = new Map()
  return (kind) => items.get(kind) ?? none
}

/** Stored objects over shipped ones, with what documents say of users and groups. An object that cannot be read hides the shipped one too. */
const treeOf = (
  held: ReadonlyMap<string, Held>,
  shipped: (kind: KindName) => Items,
  seeds: (kind: KindName) => Items,
  parts: CompileParts,
): Tree => {
  const kinds = new Map<KindName, Map<string, Item>>(kindNames.map((kind) => [kind, new Map([...shipped(kind), ...seeds(kind)])]))
  for (const { kind, slug, item } of held.values()) {
    if (item) kinds.get(kind)?.set(slug, item)
    else kinds.get(kind)?.delete(slug)
  }
  return { ...parts, of: (kind) => kinds.get(kind) ?? new Map() }
}

const noSeeds = (): Items => new Map()

/** Compiles stored objects; what is wrong with one takes it out of use, and what depends on it. */
export const compileHeld = (
  held: ReadonlyMap<string, Held>,
  shipped: (kind: KindName) => Items,
  parts: CompileParts,
  seeds: (kind: KindName) => Items = noSeeds,
): Lenient => {
  const unreadable = new Map<string, Problem>()
  for (const { kind, slug, problems } of held.values()) {
    const [problem] = problems
    if (problem) unreadable.set(keyOf(kind, slug), problem)
  }
  return compileLeniently(treeOf(held, shipped, seeds, parts), unreadable)
}
