import type { Configurable } from '../api/index.ts'
import type { Catalog } from './catalog.ts'
import { isMap } from './document.ts'
import type { KindName } from './kinds.ts'
import type { Path } from './problem.ts'

/** Settings of a plugin's item within an object. */
export type Place = { readonly path: Path; readonly item: Configurable<any>; readonly settings: Readonly<Record<string, unknown>> }

/** Kinds whose objects have a `type` and, by it, settings in `with`: what there is to choose from. */
type Family = 'authenticators' | 'policies' | 'protocols' | 'sinks'
const families: Partial<Record<KindName, Family>> = {
  authenticators: 'authenticators',
  policies: 'policies',
  providers: 'protocols',
  sinks: 'sinks',
}
export const typesOf = (kind: KindName, catalog: Catalog): ReadonlyMap<string, Configurable<any>> | undefined => {
  const family = families[kind]
  return family && catalog[family]
}
/** What plugins bring that objects of a kind, or their steps, name as `type`. */
export const familyOf = (kind: KindName): 'stages' | Family | undefined => (kind === 'flows' ? 'stages' : families[kind])

const placeAt = (path: Path, value: Readonly<Record<string, unknown>>, item: Configurable<any> | undefined): readonly Place[] =>
  item && isMap(value['with']) ? [{ path: [...path, 'with'], item, settings: value['with'] }] : []

/** Of steps at any depth: those of branches too. */
function* stepPlaces(catalog: Catalog, steps: unknown, path: Path): Generator<Place> {
  if (!Array.isArray(steps)) return
  for (const [index, step] of steps.entries()) {
    if (!isMap(step)) continue
    const at = [...path, index]
    const { type, choose } = step
    if (typeof type === 'string') yield* placeAt(at, step, catalog.stage(type))
    if (!Array.isArray(choose)) continue
    for (const [branch, one] of choose.entries())
      if (isMap(one)) yield* stepPlaces(catalog, one['steps'], [...at, 'choose', branch, 'steps'])
  }
}

/** Every place of an object that holds settings of a plugin. What nobody knows how to read is left out: it is told where it is linked. */
export function* placesOf(kind: KindName, spec: Readonly<Record<string, unknown>>, catalog: Catalog): Generator<Place> {
  if (kind === 'flows') yield* stepPlaces(catalog, spec['steps'], ['steps'])
  const { type } = spec
  if (typeof type === 'string') yield* placeAt([], spec, typesOf(kind, catalog)?.get(type))
}

/** A copy with another value at a place. */
export const withValueAt = (value: unknown, [first, ...rest]: Path, put: unknown): unknown => {
  if (first === undefined) return put
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? withValueAt(item, rest, put) : item))
  return isMap(value) ? { ...value, [first]: withValueAt(value[String(first)], rest, put) } : value
}

/** What is at a JSON pointer; undefined where there is nothing. */
export const valueAt = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? (inner as never)[key] : undefined),
      value,
    )

/** `/with/uris/0` (RFC 6901). */
export const pointerOf = (path: Path): string => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
