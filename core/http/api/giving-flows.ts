import type { Conferral } from '../../access/conferral.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import { placesOf } from '../../configuration/places.ts'
import type { ObjectChange } from '../../configuration/plane-types.ts'
import type { Schema } from '../../configuration/schema.ts'
import type { Tx } from '../../data/tables.ts'
import type { ApiParts } from './parts.ts'
import { groupBySlug, specIn, textsIn } from './giving-documents.ts'

/** Roles or groups that settings name, by the marks of their schema (`x-ref`). */
const named = (schema: Schema, value: unknown, ref: 'role' | 'group'): readonly string[] => {
  if (typeof value === 'string') return schema['x-ref']?.replace(/s$/, '') === ref ? [value] : []
  const branches = (schema.anyOf ?? schema.oneOf ?? []).flatMap((branch) => named(branch, value, ref))
  if (Array.isArray(value)) return [...branches, ...value.flatMap((item) => (schema.items ? named(schema.items, item, ref) : []))]
  if (!isMap(value)) return branches
  const inner = Object.entries(value).flatMap(([name, item]) => {
    const property = schema.properties?.[name]
    return property ? named(property, item, ref) : []
  })
  return [...branches, ...inner]
}

/** Flows that the steps of one call, at any depth. */
const calledBy = (steps: unknown): readonly string[] =>
  !Array.isArray(steps)
    ? []
    : steps
        .filter(isMap)
        .flatMap(({ flow, choose }) => [
          ...textsIn(flow),
          ...(Array.isArray(choose) ? choose.filter(isMap).flatMap((branch) => calledBy(branch['steps'])) : []),
        ])

type FlowParts = Pick<ApiParts, 'catalog' | 'plane'> & { readonly documents: readonly Document[] }

/** What a flow says, by its slug. */
type Flows = (slug: string) => unknown

/** The flows as they are, and as the documents leave them: what is shipped comes to light where what replaced it is deleted. */
const bothStates = async ({ plane, documents }: FlowParts, changes: readonly ObjectChange[]): Promise<readonly [Flows, Flows]> => {
  const stored = new Map((await plane.objects('flows')).map(({ slug, spec }) => [slug, spec]))
  const changed = new Map(changes.filter(({ kind }) => kind === 'flows').map((change) => [change.to ?? change.slug, change]))
  const after: Flows = (slug) => {
    const written = specIn(documents, 'flows', slug)
    if (isMap(written)) return written
    const change = changed.get(slug)
    if (written === null || change?.change === 'delete') return plane.shipped('flows', slug)
    return stored.get(change?.slug ?? slug)
  }
  return [(slug) => stored.get(slug), after]
}

const isPart = (kind: string): kind is 'flows' | 'policies' => kind === 'flows' || kind === 'policies'

/** The flows that change with these objects: they themselves, and all that call them, or ask them in a condition, however far away. */
const flowsWith = (plane: ApiParts['plane'], changes: readonly ObjectChange[]): ReadonlyMap<string, string> => {
  const seen = new Map<string, { readonly kind: 'flows' | 'policies'; readonly slug: string; readonly root: string }>()
  const reach = (kind: string, slug: string, root: string) => {
    if (isPart(kind) && !seen.has(`${kind}.${slug}`)) seen.set(`${kind}.${slug}`, { kind, slug, root })
  }
  for (const { kind, slug, to } of changes) for (const name of [slug, to ?? slug]) reach(kind, name, `${kind}.${slug}`)
  for (const { kind, slug, root } of seen.values()) for (const user of plane.usedBy(kind, slug)) reach(user.kind, user.slug, root)
  return new Map([...seen.values()].filter(({ kind }) => kind === 'flows').map(({ slug, root }) => [slug, root]))
}

/**
 * A flow may give roles and groups to whom it makes. What guards it, or is run before it, decides who that is: so whoever changes a flow, or a
 * policy, must be able to give what the flow gives, as do those that it calls and those that it is a part of. Throws `Lacking`.
 */
export const mayDoFlows = async (tx: Tx, conferred: Conferral, parts: FlowParts, changes: readonly ObjectChange[]): Promise<void> => {
  const touched = changes.filter(({ kind }) => isPart(kind))
  if (touched.length === 0) return
  const { catalog, plane } = parts
  const states = await bothStates(parts, touched)
  for (const [start, root] of flowsWith(plane, touched)) {
    for (const specOf of states) {
      const seen = new Set([start])
      for (const slug of seen) {
        const spec = specOf(slug)
        if (!isMap(spec)) continue
        for (const called of calledBy(spec['steps'])) seen.add(called)
        const giver = `The flow "${slug}"${root === `flows.${slug}` ? '' : `, which runs together with ${root},`}`
        for (const { item, settings } of placesOf('flows', spec, catalog)) {
          const schema = catalog.schema(item)
          conferred.roles(named(schema, settings, 'role'), giver)
          for (const group of named(schema, settings, 'group')) await groupBySlug(tx, conferred, group, giver)
        }
      }
    }
  }
}
