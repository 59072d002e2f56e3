import type { Program } from '../engine/program.ts'
import type { FlowLibrary } from '../engine/tree.ts'
import type { Catalog } from './catalog.ts'
import type { Item } from './document.ts'
import { compileFlows } from './flows.ts'
import type { KindName } from './kinds.ts'
import type { Problem } from './problem.ts'
import { referencesOf } from './references.ts'
import type { CompileFlow, Items } from './types.ts'

type Wanted = {
  readonly items: Items
  readonly of: (kind: KindName) => Items
  readonly catalog: Catalog
  readonly condition: FlowLibrary['condition']
  readonly compileFlow: CompileFlow
  /** Seconds that sessions last where a flow says nothing. */
  readonly lifetime: number | undefined
  /** Names of the levels that conditions may ask for. */
  readonly levels: readonly string[]
}

/** A program, and everything that it was made of besides its own flow. */
type Kept = {
  readonly program: Program
  readonly warnings: readonly Problem[]
  readonly madeOf: readonly (Item | undefined)[]
  /** What of the settings it was made of. */
  readonly settings: string
}

const kept = new WeakMap<CompileFlow, WeakMap<Item, Kept>>()

/** What a flow names, and what that names: flows that it calls, policies, roles. */
const madeOf = (item: Item, of: Wanted['of'], catalog: Catalog): readonly (Item | undefined)[] => {
  const seen = new Map<string, Item | undefined>()
  const visit = (from: Item) => {
    for (const { to, slug } of referencesOf(from, catalog)) {
      const key = `${to}/${slug}`
      if (seen.has(key)) continue
      // How an image looks is nothing that a flow is made of.
      const found = to === 'media' ? undefined : of(to).get(slug)
      seen.set(key, found)
      if (found) visit(found)
    }
  }
  visit(item)
  return [...seen.values()]
}

const withLifetime = (item: Item, lifetime: number | undefined): Item =>
  lifetime === undefined || item.spec['session'] !== undefined
    ? item
    : { ...item, spec: { ...item.spec, session: { lifetime: `${lifetime}s` } } }

/** Every flow as a program, by slug. One that is as it was, with all that it names, is not compiled again. */
export const flowsOf = (
  { items, of, catalog, condition, compileFlow, lifetime, levels }: Wanted,
  problems: Problem[],
  warnings: Problem[],
): ReadonlyMap<string, Program> => {
  const programs = new Map<string, Program>()
  const known = kept.get(compileFlow) ?? new WeakMap<Item, Kept>()
  kept.set(compileFlow, known)
  const settings = JSON.stringify([lifetime ?? null, levels])
  const parts = new Map<string, Kept['madeOf']>()
  for (const item of items.values()) {
    const made = madeOf(item, of, catalog)
    const earlier = known.get(item)
    const isSame =
      earlier?.settings === settings &&
      earlier?.madeOf.length === made.length &&
      earlier.madeOf.every((part, index) => part === made[index])
    if (!earlier || !isSame) parts.set(item.slug, made)
    else {
      programs.set(item.slug, earlier.program)
      warnings.push(...earlier.warnings)
    }
  }
  if (parts.size === 0) return programs
  const all = new Map([...items].map(([slug, item]) => [slug, withLifetime(item, lifetime)]))
  const only = new Set(parts.keys())
  for (const [slug, { program, warnings: told }] of compileFlows({ items: all, catalog, condition, compileFlow, only }, problems)) {
    programs.set(slug, program)
    warnings.push(...told)
    const item = items.get(slug)
    if (item) known.set(item, { program, warnings: told, madeOf: parts.get(slug) ?? [], settings })
  }
  return programs
}
