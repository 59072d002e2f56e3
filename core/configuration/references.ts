import type { Catalog } from './catalog.ts'
import { isMap, type Item } from './document.ts'
import { kindNames, type Referred, schemaOf } from './kinds.ts'
import { placesOf } from './places.ts'
import type { Path } from './problem.ts'
import type { Schema } from './schema.ts'

/** That an object names another one by its slug, or an image by its id. */
export type Reference = {
  readonly to: Referred
  readonly slug: string
  readonly path: Path
  /** Of a flow: what it has to be. */
  readonly flow?: NonNullable<Schema['x-flow']>
}

/** What a schema calls a kind: its name, or that of one of its objects. */
const kindOf = (name: string): Referred | undefined =>
  name === 'media' ? name : kindNames.find((kind) => kind === name || kind === `${name}s` || kind === `${name.replace(/y$/, 'ie')}s`)

/** By the schema: texts of fields that are marked `x-ref`. */
function* marked(schema: Schema | undefined, value: unknown, path: Path): Generator<Reference> {
  if (!schema || value === undefined) return
  const { 'x-ref': name, 'x-flow': flow, properties, items } = schema
  const to = name === undefined ? undefined : kindOf(name)
  if (to && typeof value === 'string') yield { to, slug: value, path, ...(flow && { flow }) }
  for (const branch of schema.anyOf ?? schema.oneOf ?? []) yield* marked(branch, value, path)
  if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* marked(items, one, [...path, index])
  else if (isMap(value) && properties) for (const [key, one] of Object.entries(value)) yield* marked(properties[key], one, [...path, key])
}

const asked = { policy: 'policies', group: 'groups', user: 'users', role: 'roles' } as const

/** Of a condition: what its bindings ask for. */
function* ofCondition(condition: unknown, path: Path): Generator<Reference> {
  const isList = Array.isArray(condition)
  const bindings: unknown = isList ? condition : isMap(condition) ? condition['bindings'] : undefined
  if (!Array.isArray(bindings)) return
  const at = isList ? path : [...path, 'bindings']
  for (const [index, binding] of bindings.entries()) {
    if (!isMap(binding)) continue
    for (const [key, kind] of Object.entries(asked)) {
      const { [key]: slug } = binding
      const to = kindOf(kind)
      if (to && typeof slug === 'string') yield { to, slug, path: [...at, index, key] }
    }
  }
}

/** Of steps at any depth: their conditions, and the flows that they call. */
function* ofSteps(steps: unknown, path: Path): Generator<Reference> {
  if (!Array.isArray(steps)) return
  for (const [index, step] of steps.entries()) {
    if (!isMap(step)) continue
    const at = [...path, index]
    if (typeof step['flow'] === 'string') yield { to: 'flows', slug: step['flow'], path: [...at, 'flow'] }
    yield* ofCondition(step['when'], [...at, 'when'])
    const { choose } = step
    if (!Array.isArray(choose)) continue
    for (const [branch, one] of choose.entries()) {
      if (!isMap(one)) continue
      yield* ofCondition(one['when'], [...at, 'choose', branch, 'when'])
      yield* ofSteps(one['steps'], [...at, 'choose', branch, 'steps'])
    }
  }
}

/** References in settings of plugins: nobody but their schema knows of them. */
export function* settingsReferences({ kind, spec }: Item, catalog: Catalog): Generator<Reference> {
  for (const { path, item, settings } of placesOf(kind, spec, catalog)) yield* marked(catalog.schema(item), settings, path)
}

const cached = new WeakMap<Item, readonly Reference[]>()

/** All that an object names, each place once. An item is looked at once: what it says never changes. */
export const referencesOf = (item: Item, catalog: Catalog): readonly Reference[] => {
  const known = cached.get(item)
  if (known) return known
  const { kind, slug, spec } = item
  const found = [
    ...marked(schemaOf(kind, slug), spec, []),
    ...settingsReferences(item, catalog),
    ...(kind === 'flows' ? ofSteps(spec['steps'], ['steps']) : []),
    ...ofCondition(spec['access'], ['access']),
  ]
  cached.set(item, found)
  return found
}
