import type { Catalog } from './catalog.ts'
import { type Item, itemOf, nowhere } from './document.ts'
import { type Held, keyOf, newHeld } from './held.ts'
import { type Kind, type KindName, kinds } from './kinds.ts'
import { one } from './link-references.ts'
import type { Change } from './plane-types.ts'
import { placesOf, withValueAt } from './places.ts'
import type { Problem } from './problem.ts'
import { referencesOf } from './references.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'
import type { Vault } from './vault.ts'

type Rename = NonNullable<Change['renames']>[number]
type Parts = {
  readonly vault: Vault
  readonly catalog: Catalog
  readonly shipped: (kind: KindName) => Items
  readonly revision: number
}

/** Why it cannot be called so, if it cannot. */
const whyNot = ({ kind, from, to }: Rename, held: ReadonlyMap<string, Held>, shipped: Parts['shipped']): string | undefined => {
  const { key, reserved, sections }: Kind = kinds[kind]
  const object = held.get(keyOf(kind, from))
  if (sections) return `${kind} are sections, which have no other names`
  if (!object) {
    if (shipped(kind).has(from)) return `the ${one(kind)} "${from}" is shipped and keeps its name`
    const known = [...held.values()].filter((other) => other.kind === kind).map(({ slug }) => slug)
    return `there is no ${one(kind)} "${from}"${didYouMean(from, known)}`
  }
  if (!object.item) return `the ${one(kind)} "${from}" is out of use and cannot be renamed`
  if (!key.pattern.test(to)) return `"${to}" must be ${key.hint}`
  if (reserved?.includes(to)) return `"${to}" is an address of Sluice's own; choose another slug`
  if (held.has(keyOf(kind, to)) || shipped(kind).has(to)) return `there is a ${one(kind)} "${to}" already`
  return undefined
}

/** Settings that come from the slug where nobody says them: they stay as they were, since others know them. */
const fixed = (item: Item, catalog: Catalog): Item['written'] => {
  const whole = typeof item.written['type'] === 'string' ? { with: {}, ...item.written } : item.written
  let written: unknown = item.written
  for (const { path, item: configurable, settings } of placesOf(item.kind, whole, catalog)) {
    const named = Object.entries(catalog.schema(configurable).properties ?? {}).filter(
      ([name, property]) => property['x-default-from'] === 'slug' && settings[name] === undefined,
    )
    if (named.length > 0)
      written = withValueAt(written, path, { ...settings, ...Object.fromEntries(named.map(([name]) => [name, item.slug])) })
  }
  return written as Item['written']
}

/** Gives an object another slug, and changes all that name it. What stands in the way is added to `problems`. */
export const renamed = (rename: Rename, held: Map<string, Held>, parts: Parts, problems: Problem[]): void => {
  const { kind, from, to } = rename
  const why = whyNot(rename, held, parts.shipped)
  if (why) return void problems.push({ path: [kind, from], message: why })
  const { vault, catalog, revision } = parts
  const put = (old: Held, slug: string, written: Item['written']) => {
    const { item } = itemOf(old.kind, slug, written, nowhere)
    if (item) held.set(keyOf(old.kind, slug), newHeld(item, { id: old.id, owner: old.owner, revision }, vault))
  }
  const object = held.get(keyOf(kind, from))
  if (!object?.item) return
  held.delete(keyOf(kind, from))
  put(object, to, fixed(object.item, catalog))
  for (const other of held.values()) {
    const naming = other.item
      ? referencesOf(other.item, catalog).filter((reference) => reference.to === kind && reference.slug === from)
      : []
    if (!other.item || naming.length === 0) continue
    put(other, other.slug, naming.reduce<unknown>((spec, { path }) => withValueAt(spec, path, to), other.item.written) as Item['written'])
  }
}
