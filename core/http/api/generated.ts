import { newSecret } from '../../access/cookie.ts'
import type { Catalog } from '../../configuration/catalog.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import type { Problem } from '../../configuration/problem.ts'
import { pointerOf } from '../../configuration/places.ts'

type Spec = Readonly<Record<string, unknown>>
/**
 * Makes those secrets of a new object's settings that are left out, that problems say are needed, and that the schema marks as ones that
 * may be made (`x-generate`).
 * @returns the object with them, and the secrets by pointer, to be told once; undefined: there is nothing to make
 */
export const generated = (
  catalog: Catalog,
  kind: string,
  spec: Spec,
  problems: readonly Problem[],
): { readonly spec: Spec; readonly secrets: Readonly<Record<string, string>> } | undefined => {
  const { type, with: settings = {} } = spec
  const protocol = kind === 'providers' && typeof type === 'string' ? catalog.protocols.get(type) : undefined
  if (!protocol || !isMap(settings)) return undefined
  const { properties = {} } = catalog.schema(protocol)
  const names = problems.flatMap(({ path = [] }) => {
    const [, , part, name] = path
    const isMissing = part === 'with' && typeof name === 'string' && path.length === 4 && !Object.hasOwn(settings, name)
    return isMissing && properties[name]?.['x-generate'] ? [name] : []
  })
  if (names.length === 0) return undefined
  const made = Object.fromEntries(names.map((name) => [name, newSecret()]))
  return {
    spec: { ...spec, with: { ...settings, ...made } },
    secrets: Object.fromEntries(Object.entries(made).map(([name, secret]) => [pointerOf(['spec', 'with', name]), secret])),
  }
}

/** The same for the providers of a document; pointers begin with kind and slug. */
export const generatedIn = (
  catalog: Catalog,
  document: Document,
  problems: readonly Problem[],
): { readonly document: Document; readonly secrets: Readonly<Record<string, string>> } | undefined => {
  const { value } = document
  if (!isMap(value) || !isMap(value['providers'])) return undefined
  const { providers } = value
  const made = Object.entries(providers).flatMap(([slug, spec]) => {
    const own = problems.filter(({ path = [] }) => path[0] === 'providers' && path[1] === slug)
    const result = isMap(spec) ? generated(catalog, 'providers', spec, own) : undefined
    return result ? [{ slug, ...result }] : []
  })
  if (made.length === 0) return undefined
  const specs = Object.fromEntries(made.map(({ slug, spec }) => [slug, spec]))
  return {
    document: { ...document, value: { ...value, providers: { ...providers, ...specs } } },
    secrets: Object.fromEntries(
      made.flatMap(({ slug, secrets }) =>
        Object.entries(secrets).map(([pointer, secret]) => [`${pointerOf(['providers', slug])}${pointer.slice('/spec'.length)}`, secret]),
      ),
    ),
  }
}
