import { randomBytes } from 'node:crypto'
import { newSecret } from '../../access/cookie.ts'
import type { Catalog } from '../../configuration/catalog.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import type { Problem } from '../../configuration/problem.ts'
import { type KindName, kindNames } from '../../configuration/kinds.ts'
import { pointerOf, typesOf } from '../../configuration/places.ts'
import type { Schema } from '../../configuration/schema.ts'

type Spec = Readonly<Record<string, unknown>>

const made = (property: Schema | undefined): string => {
  const prefix = property?.['x-generate']
  return typeof prefix === 'string' ? `${prefix}${randomBytes(32).toString('base64')}` : newSecret()
}

/**
 * Makes those secrets of a new object's settings that are left out, that problems say are needed, and that the schema marks as ones that
 * may be made (`x-generate`).
 * @returns the object with them, and the secrets by pointer, to be told once; undefined: there is nothing to make
 */
export const generated = (
  catalog: Catalog,
  kind: KindName,
  spec: Spec,
  problems: readonly Problem[],
): { readonly spec: Spec; readonly secrets: Readonly<Record<string, string>> } | undefined => {
  const { type, with: settings = {} } = spec
  const item = typeof type === 'string' ? typesOf(kind, catalog)?.get(type) : undefined
  if (!item || !isMap(settings)) return undefined
  const { properties = {} } = catalog.schema(item)
  const names = problems.flatMap(({ path = [] }) => {
    const [, , part, name] = path
    const isMissing = part === 'with' && typeof name === 'string' && path.length === 4 && !Object.hasOwn(settings, name)
    return isMissing && properties[name]?.['x-generate'] ? [name] : []
  })
  if (names.length === 0) return undefined
  const secrets = Object.fromEntries(names.map((name) => [name, made(properties[name])]))
  return {
    spec: { ...spec, with: { ...settings, ...secrets } },
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [pointerOf(['spec', 'with', name]), secret])),
  }
}

/** The same for the objects of a document; pointers begin with kind and slug. */
export const generatedIn = (
  catalog: Catalog,
  document: Document,
  problems: readonly Problem[],
): { readonly document: Document; readonly secrets: Readonly<Record<string, string>> } | undefined => {
  const { value } = document
  if (!isMap(value)) return undefined
  const found = kindNames.flatMap((kind) =>
    Object.entries(isMap(value[kind]) ? value[kind] : {}).flatMap(([slug, spec]) => {
      const own = problems.filter(({ path = [] }) => path[0] === kind && path[1] === slug)
      const result = isMap(spec) ? generated(catalog, kind, spec, own) : undefined
      return result ? [{ kind, slug, ...result }] : []
    }),
  )
  if (found.length === 0) return undefined
  const whole: Record<string, unknown> = { ...value }
  for (const { kind, slug, spec } of found) whole[kind] = { ...(whole[kind] as Spec), [slug]: spec }
  return {
    document: { ...document, value: whole },
    secrets: Object.fromEntries(
      found.flatMap(({ kind, slug, secrets }) =>
        Object.entries(secrets).map(([pointer, secret]) => [`${pointerOf([kind, slug])}${pointer.slice('/spec'.length)}`, secret]),
      ),
    ),
  }
}
