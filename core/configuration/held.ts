import type { Catalog } from './catalog.ts'
import { isMap, type Item, itemOf, nowhere } from './document.ts'
import { type KindName, kinds, type Referred } from './kinds.ts'
import type { RevisionedKind } from './plane-types.ts'
import { placesOf, valueAt, withValueAt } from './places.ts'
import type { Problem } from './problem.ts'
import type { Secrets, Vault } from './vault.ts'

type Spec = Readonly<Record<string, unknown>>

/** An object as a table has it. `spec`: JSON text, secrets sealed; `$versions` in it says how many upgrades the settings of each type have had. */
export type Row = {
  readonly id: string
  readonly kind: string
  readonly slug: string
  readonly spec: string
  readonly revision: number
  readonly owner: string
}

/** A stored object in memory. Never changed: another content is another one. */
export type Held = {
  /** The same through renames. */
  readonly id: string
  readonly kind: RevisionedKind
  readonly slug: string
  readonly owner: string
  readonly revision: number
  /** With its secrets in plain text and its settings at their present version. Undefined: it cannot be read. */
  readonly item: Item | undefined
  /** In plain text, by their JSON pointers: also those of settings that nobody knows any more. */
  readonly secrets: Secrets
  /** What people see of it. */
  readonly masked: Spec
  /** As it is stored: secrets sealed, without `$versions`. */
  readonly stored: Spec
  readonly problems: readonly Problem[]
  /** A newer version of the program, or of a plugin, has written it. */
  readonly newer: boolean
}

export const keyOf = (kind: Referred, slug: string): string => `${kind}/${slug}`

/** Number of upgrades of each type whose settings an object holds; those without any are left out. */
export const versionsOf = (kind: KindName, spec: Spec, catalog: Catalog): Readonly<Record<string, number>> => {
  const versions: Record<string, number> = {}
  for (const { item } of placesOf(kind, spec, catalog)) if (item.upgrades?.length) versions[item.kind] = item.upgrades.length
  return versions
}

type Upgraded = { readonly spec: Spec; readonly newer?: string } | { readonly failed: string }

/** Brings settings of an older version up to the present one. Pure: what is stored changes when the object is committed again. */
const upgraded = (kind: KindName, spec: Spec, versions: Readonly<Record<string, unknown>>, catalog: Catalog): Upgraded => {
  let result: unknown = spec
  for (const { path, item, settings } of placesOf(kind, spec, catalog)) {
    const { upgrades = [] } = item
    const version = Number(versions[item.kind] ?? 0)
    if (version > upgrades.length) {
      const newer = `the settings of "${item.kind}" were written by a newer version (${version}, this one knows ${upgrades.length}); start that version`
      return { spec, newer }
    }
    try {
      const value = upgrades.slice(version).reduce<unknown>((old, upgrade) => upgrade(structuredClone(old)), settings)
      if (value !== settings) result = withValueAt(result, path, value)
    } catch (error) {
      return { failed: `the settings of "${item.kind}" could not be upgraded: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  return { spec: result as Spec }
}

const unreadable = (stored: Spec): Spec =>
  JSON.parse(JSON.stringify(stored, (_, value: unknown) => (isMap(value) && '$sealed' in value ? { $keep: 'unreadable' } : value))) as Spec

/** Reads a stored object. What is wrong with it is told in `problems`; it never throws for one. */
export const heldOf = (row: Row, vault: Vault, catalog: Catalog): Held => {
  const { id, slug, owner, revision } = row
  const kind = row.kind as RevisionedKind
  const { $versions = {}, ...stored } = JSON.parse(row.spec) as Record<string, unknown>
  const versions = isMap($versions) ? $versions : {}
  const base = { id, kind, slug, owner, revision, stored }
  const problem = (message: string): Problem => ({ path: [kind, slug], message })
  const broken = (message: string, newer = false): Held => ({
    ...base,
    item: undefined,
    secrets: new Map(),
    masked: unreadable(stored),
    problems: [problem(message)],
    newer,
  })

  if (!Object.hasOwn(kinds, kind)) return broken(`there is no kind "${kind}" in this version`, true)
  let opened: ReturnType<Vault['opened']>
  try {
    opened = vault.opened({ kind, id }, stored)
  } catch (error) {
    return broken((error as Error).message)
  }
  const present = upgraded(kind, opened.spec, versions, catalog)
  if ('failed' in present) return broken(present.failed)
  if (present.newer) return broken(present.newer, true)
  const { spec } = present
  const { item, problems } = itemOf(kind, slug, spec, nowhere)
  const own = vault.secretsOf({ kind, slug }, spec)
  // An upgrade may have moved what is at one place to another; what is still there is a secret still.
  const same = [...opened.secrets].filter(([pointer, secret]) => valueAt(spec, pointer) === secret)
  const secrets = new Map([...same, ...own])
  return {
    ...base,
    item: item && { ...item, id },
    secrets,
    masked: vault.masked({ kind, slug }, spec, secrets),
    problems: problems.map(({ path, message }) => ({ path: [kind, slug, ...path], message })),
    newer: false,
  }
}

/** An object that is to be stored. */
export const newHeld = (
  item: Item,
  { id, owner, revision }: { readonly id: string; readonly owner: string; readonly revision: number },
  vault: Vault,
): Held => {
  const secrets = vault.secretsOf(item, item.written)
  return {
    id,
    kind: item.kind as RevisionedKind,
    slug: item.slug,
    owner,
    revision,
    item: { ...item, id },
    secrets,
    masked: vault.masked(item, item.written, secrets),
    stored: vault.sealed({ kind: item.kind, slug: item.slug, id }, item.written),
    problems: [],
    newer: false,
  }
}

/** Objects by their ids, for comparing: each as people would see it under a slug, so that a rename alone changes no secret. */
export const seenById = (objects: Iterable<Held>, vault: Vault) =>
  new Map(
    [...objects].map((held) => {
      const { id, kind, slug, item, secrets } = held
      const masked = (as: string): Spec => (as === slug || !item ? held.masked : vault.masked({ kind, slug: as }, item.written, secrets))
      return [id, { id, kind, slug, masked }] as const
    }),
  )

/** The JSON of an object as a table has it. */
export const specText = ({ kind, stored, item }: Held, catalog: Catalog): string => {
  const versions = item ? versionsOf(kind, item.written, catalog) : {}
  return JSON.stringify(Object.keys(versions).length > 0 ? { ...stored, $versions: versions } : stored)
}
