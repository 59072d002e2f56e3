import { Validator, type Schema as WorkerSchema } from '@cfworker/json-schema'
import { below, partsOf, pointerOf } from './pointer.ts'
import { isKept, isObject, type Schema, valuesOf, variantOf, variantsOf } from './schema.ts'

/** What is wrong, as a key of the kit's texts with what it says. */
export type Wrong = { readonly pointer: string; readonly text: string; readonly values?: Readonly<Record<string, string | number>> }

const own = (record: Readonly<Record<string, Schema>>, make: (name: string, inner: Schema) => Schema): Record<string, Schema> =>
  Object.fromEntries(Object.entries(record).map(([name, inner]) => [name, make(name, inner)]))

/** The schema with each choice replaced by the branch that the value belongs to, so that what is wrong is said of that branch alone. */
const narrowed = (schema: Schema, value: unknown): Schema => {
  if (schema['x-secret'] && isKept(value)) return {}
  const branches = variantsOf(schema)
  const branch = branches.every((one) => 'const' in one) ? undefined : branches[variantOf(schema, value)]
  if (branch) return narrowed(branch, value)
  const { items, properties, patternProperties, additionalProperties, ...plain } = schema
  const at = (name: string): unknown => (isObject(value) ? value[name] : undefined)
  const entries = valuesOf(schema)
  if (isObject(value) && entries && !properties)
    // Keys are judged where they are typed; here it is the values.
    return {
      ...plain,
      properties: own(Object.fromEntries(Object.keys(value).map((name) => [name, entries])), (name, inner) => narrowed(inner, at(name))),
    }
  return {
    ...plain,
    ...(properties && { properties: own(properties, (name, inner) => narrowed(inner, at(name))) }),
    ...(patternProperties && { patternProperties }),
    ...(additionalProperties !== undefined && { additionalProperties }),
    ...(items && Array.isArray(value) && { prefixItems: value.map((item) => narrowed(items, item)) }),
  } as Schema
}

const lookUp = (schema: unknown, location: string): unknown =>
  partsOf(location.replace(/^#/, '')).reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined),
    schema,
  )

type Said = { readonly keyword: string; readonly node: Schema; readonly value: unknown; readonly pointer: string }

/** What is missing: of a part that is not there at all, the fields that it needs. */
const missingIn = (schema: Schema, value: unknown, pointer: string): readonly Wrong[] =>
  (schema.required ?? [])
    .filter((name) => !isObject(value) || value[name] === undefined)
    .flatMap((name) => {
      const inner = schema.properties?.[name]
      const missing = inner?.properties ? missingIn(inner, undefined, below(pointer, name)) : []
      return missing.length > 0 ? missing : [{ pointer: below(pointer, name), text: 'kit.form.required' }]
    })

const texts: Readonly<Record<string, (said: Said) => readonly Wrong[]>> = {
  required: ({ node, value, pointer }) => missingIn(node, value, pointer),
  pattern: ({ node, pointer }) => [
    typeof node['x-hint'] === 'string'
      ? { pointer, text: 'kit.form.pattern-hint', values: { hint: node['x-hint'] } }
      : { pointer, text: 'kit.form.pattern', values: { pattern: node.pattern ?? '' } },
  ],
  minItems: ({ node, pointer }) => [{ pointer, text: 'kit.form.min-items', values: { count: node.minItems ?? 0 } }],
  maxItems: ({ node, pointer }) => [{ pointer, text: 'kit.form.max-items', values: { count: node.maxItems ?? 0 } }],
  minProperties: ({ node, pointer }) => [{ pointer, text: 'kit.form.min-items', values: { count: node.minProperties ?? 0 } }],
  minLength: ({ node, pointer }) => [{ pointer, text: 'kit.form.min-length', values: { count: node.minLength ?? 0 } }],
  maxLength: ({ node, pointer }) => [{ pointer, text: 'kit.form.max-length', values: { count: node.maxLength ?? 0 } }],
  minimum: ({ node, pointer }) => [{ pointer, text: 'kit.form.minimum', values: { limit: node.minimum ?? 0 } }],
  maximum: ({ node, pointer }) => [{ pointer, text: 'kit.form.maximum', values: { limit: node.maximum ?? 0 } }],
  uniqueItems: ({ pointer }) => [{ pointer, text: 'kit.form.unique' }],
  enum: ({ pointer }) => [{ pointer, text: 'kit.form.choose' }],
  const: ({ pointer }) => [{ pointer, text: 'kit.form.choose' }],
  type: ({ value, pointer }) => [{ pointer, text: value === undefined ? 'kit.form.required' : 'kit.form.type' }],
  format: ({ node, pointer }) => [{ pointer, text: 'kit.form.format', values: { format: node.format ?? '' } }],
}

/** What a schema has against a value, one thing for each place. */
export const wrongIn = (schema: Schema, given: unknown): readonly Wrong[] => {
  // As it is sent: what is undefined is not there.
  const value: unknown = JSON.parse(JSON.stringify(given ?? null))
  const exact = narrowed(schema, value)
  const { errors } = new Validator(exact as WorkerSchema, '2020-12', false).validate(value)
  const found = errors.flatMap(({ keyword, keywordLocation, instanceLocation }) => {
    const pointer = pointerOf(partsOf(decodeURIComponent(instanceLocation.replace(/^#/, ''))))
    const node = lookUp(exact, decodeURIComponent(keywordLocation).replace(/\/[^/]*$/, '')) as Schema
    return texts[keyword]?.({ keyword, node: node ?? {}, value: lookUp(value, pointer), pointer }) ?? []
  })
  const first = new Map<string, Wrong>()
  for (const one of found) if (!first.has(one.pointer)) first.set(one.pointer, one)
  return [...first.values()]
}
