import { randomUUIDv7 } from 'node:crypto'
import { canonical } from './canonical.ts'
import type { Catalog } from './catalog.ts'
import { type Deletion, type Document, type Item, nowhere, positionOf } from './document.ts'
import { type Held, keyOf, newHeld } from './held.ts'
import { isSeed, type KindName } from './kinds.ts'
import { layer } from './layer.ts'
import { one } from './link-references.ts'
import type { Change } from './plane-types.ts'
import { pathText, type Problem } from './problem.ts'
import { referencesOf } from './references.ts'
import { renamed } from './rename.ts'
import { isReference, lookUp } from './secrets.ts'
import { didYouMean } from './suggest.ts'
import { keptSecret } from './keep.ts'
import type { Items } from './types.ts'
import { mapObject, type Vault } from './vault.ts'

export type HeldObjects = ReadonlyMap<string, Held>

/** What a change makes of the stored objects; nothing is linked yet. */
export type Candidate = {
  readonly held: HeldObjects
  /** Users and groups that the documents name. */
  readonly seeds: (kind: KindName) => Items
  readonly renames: NonNullable<Change['renames']>
  readonly warnings: readonly Problem[]
  /** Has the same been said of what is deleted? */
  readonly isTold: (problem: Problem) => boolean
  /** Adds the place in a document to a problem that has none. */
  readonly placed: (problem: Problem) => Problem
}

type Parts = { readonly vault: Vault; readonly catalog: Catalog; readonly shipped: (kind: KindName) => Items }

/** With its secrets as they will be stored: looked up, or kept from the object that is there. */
const withSecrets = (item: Item, earlier: Held | undefined, { vault, catalog }: Parts, problems: Problem[]): Item => {
  const tell = (path: readonly (string | number)[], message: string) =>
    void problems.push({ position: positionOf(item, path), path: [item.kind, item.slug, ...path], message })
  const resolve = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (isReference(value)) {
      const { secrets } = item.document
      if (!secrets) {
        tell(path, '$env and $file are read where a file is read, not from a request; send the value')
        return 'refused'
      }
      const found = lookUp(value, secrets)
      if ('value' in found) return found.value
      tell(path, found.message)
      return 'unresolved'
    }
    const kept = keptSecret(value, path, item, earlier, vault)
    if (!kept) return value
    if ('value' in kept) return kept.value
    tell(path, kept.message)
    return 'unresolved'
  }
  const written = mapObject(item, item.written, catalog, resolve)
  const told = problems.length
  const spec = item.spec === item.written ? written : mapObject(item, item.spec, catalog, resolve)
  // What is wrong was told of the one; the other has the same secrets.
  problems.length = told
  return { ...item, spec, written, document: nowhere }
}

/** Who uses what is to be deleted: each use is a problem. */
const checkDeletions = (
  deleted: readonly Deletion[],
  held: HeldObjects,
  { shipped, catalog }: Parts,
  problems: Problem[],
): ReadonlySet<string> => {
  const told = new Set<string>()
  const gone = new Map(deleted.map((deletion) => [keyOf(deletion.kind, deletion.slug), deletion]))
  for (const key of gone.keys()) {
    const { kind, slug } = gone.get(key) as Deletion
    if (held.has(key) || shipped(kind).has(slug)) gone.delete(key)
  }
  if (gone.size === 0) return told
  const users = new Map<string, string[]>()
  for (const { item } of held.values()) {
    for (const { to, slug, path } of item ? referencesOf(item, catalog) : []) {
      const key = keyOf(to, slug)
      if (!item || !gone.has(key)) continue
      told.add(pathText([item.kind, item.slug, ...path]))
      users.set(key, [...(users.get(key) ?? []), `${item.kind}.${item.slug} (${path.join('.')})`])
    }
  }
  for (const [key, by] of users) {
    const { kind, slug, document } = gone.get(key) as Deletion
    const shown = by.length > 5 ? [...by.slice(0, 5), `${by.length - 5} more`] : by
    problems.push({
      position: document.at([kind, slug], 'key'),
      path: [kind, slug],
      message: `the ${one(kind)} "${slug}" is used by ${shown.join(', ')}; change or delete that first`,
    })
  }
  return told
}

const documentsOf = (items: Iterable<Item>): ReadonlyMap<string, Document> =>
  new Map([...items].map(({ kind, slug, document }) => [keyOf(kind, slug), document]))

/** The stored objects as they would be after a change; what is wrong with it is added to `problems`. */
export const candidateOf = (change: Change, before: HeldObjects, revision: number, parts: Parts, problems: Problem[]): Candidate => {
  const { vault, shipped } = parts
  const warnings: Problem[] = []
  const held = new Map(before)
  const renames = change.renames ?? []
  for (const rename of renames) renamed(rename, held, { ...parts, revision }, problems)

  const { items, deletions } = layer(change.documents, problems)
  const objects = [...items.entries()].flatMap(([kind, map]) => (isSeed(kind) ? [] : [...map.values()]))
  for (const item of objects) {
    const key = keyOf(item.kind, item.slug)
    const earlier = held.get(key)
    const resolved = withSecrets(item, earlier, parts, problems)
    const masked = vault.masked(resolved, resolved.written, vault.secretsOf(resolved, resolved.written))
    if (earlier?.item && resolved.sound && canonical(masked) === canonical(earlier.masked)) continue
    held.set(key, newHeld(resolved, { id: earlier?.id ?? randomUUIDv7(), owner: change.owner, revision }, vault))
  }

  const deleted: Deletion[] = [...deletions]
  for (const { kind, slug, document } of deletions) {
    if (held.delete(keyOf(kind, slug)) || shipped(kind).has(slug)) continue
    const known = [...held.values()].filter((other) => other.kind === kind).map((other) => other.slug)
    const guess = didYouMean(slug, known)
    if (guess) {
      const message = `there is no ${one(kind)} "${slug}" to delete${guess}`
      warnings.push({ position: document.at([kind, slug], 'key'), path: [kind, slug], message })
    }
  }
  if (change.prune) {
    const named = new Set(objects.map(({ kind, slug }) => keyOf(kind, slug)))
    for (const [key, { owner, kind, slug }] of held) {
      if (owner !== change.owner || named.has(key)) continue
      held.delete(key)
      deleted.push({ kind, slug, document: nowhere })
    }
  }
  const told = checkDeletions(deleted, held, parts, problems)

  const places = documentsOf([...items.values()].flatMap((map) => [...map.values()]))
  return {
    held,
    seeds: (kind) => items.get(kind) ?? new Map(),
    renames,
    warnings,
    isTold: ({ path = [] }) => told.has(pathText(path)),
    placed(problem) {
      const [kind, slug, ...path] = problem.path ?? []
      if (problem.position || kind === undefined || slug === undefined) return problem
      const position = places.get(`${kind}/${slug}`)?.at([kind, slug, ...path])
      return position ? { ...problem, position } : problem
    },
  }
}
