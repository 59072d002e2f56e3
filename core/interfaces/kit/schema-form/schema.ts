/** JSON Schema as `/kinds` gives it, as far as forms read it. */
export type Schema = {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly uniqueItems?: boolean
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
  readonly readOnly?: boolean
  readonly [annotation: `x-${string}`]: unknown
}

/** How a value is edited. */
export type Shape =
  | 'text'
  | 'textarea'
  | 'code'
  | 'color'
  | 'image'
  | 'secret'
  | 'number'
  | 'switch'
  | 'select'
  | 'cards'
  | 'reference'
  | 'references'
  | 'tags'
  | 'list'
  | 'object'
  | 'one-of'
  | 'map'
  | 'choice'
  | 'condition'
  | 'permissions'
  | 'json'

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A secret that is stored, as the API shows it. */
export const isKept = (value: unknown): value is { readonly $keep: string } => isObject(value) && typeof value['$keep'] === 'string'

/** JSON types that a schema allows; undefined: it does not say. */
const typesOf = ({ type, enum: values, const: only, anyOf }: Schema): readonly string[] | undefined => {
  if (typeof type === 'string') return [type]
  if (type) return type
  if (anyOf) return anyOf.flatMap((one) => typesOf(one) ?? [])
  const known = values ?? (only === undefined ? undefined : [only])
  return known?.map(typeOf)
}
const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const allows = (schema: Schema, value: unknown): boolean => {
  const types = typesOf(schema)
  const type = typeOf(value)
  return types === undefined || types.includes(type) || (type === 'number' && types.includes('integer') && Number.isInteger(value))
}

const branchesOf = ({ anyOf, oneOf }: Schema): readonly Schema[] | undefined => anyOf ?? oneOf

/** The branches of a choice that hold something; `null` is what is left empty. */
export const variantsOf = (schema: Schema): readonly Schema[] => (branchesOf(schema) ?? []).filter(({ type }) => type !== 'null')

/** Which branch a value belongs to, by its JSON type; the first one where nothing is said yet. */
export const variantOf = (schema: Schema, value: unknown): number => {
  const found = value === undefined ? 0 : variantsOf(schema).findIndex((one) => allows(one, value))
  return Math.max(found, 0)
}

/** The values that can be chosen, where they are listed. */
export const optionsOf = (
  schema: Schema,
): readonly { readonly value: unknown; readonly title?: string; readonly description?: string }[] => {
  if (schema.enum) return schema.enum.map((value) => ({ value }))
  const branches = variantsOf(schema)
  if (branches.length === 0 || !branches.every((one) => 'const' in one)) return []
  return branches.map(({ const: value, title, description }) => ({
    value,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  }))
}

/** The schema of a map's values; undefined: it is none, or its values may be anything. */
export const valuesOf = ({ patternProperties, additionalProperties }: Schema): Schema | undefined =>
  Object.values(patternProperties ?? {})[0] ?? (isObject(additionalProperties) ? (additionalProperties as Schema) : undefined)

const scalarShape = (schema: Schema, widget: unknown): Shape => {
  if (widget === 'code' || widget === 'textarea' || widget === 'color') return widget
  return (schema.maxLength ?? 0) > 5000 ? 'textarea' : 'text'
}
const arrayShape = ({ items, uniqueItems }: Schema): Shape => {
  if (!items) return 'json'
  if (items['x-ref']) return 'references'
  // Long texts, such as addresses, have a line each, so that each can have its own error.
  if (items.type === 'string' && uniqueItems && (items.maxLength ?? 0) <= 200) return 'tags'
  return shapeOf(items) === 'json' ? 'json' : 'list'
}
const objectShape = (schema: Schema, widget: unknown): Shape => {
  if (schema.properties && Object.keys(schema.properties).length > 0) return widget === 'one-of' ? 'one-of' : 'object'
  return valuesOf(schema) ? 'map' : 'json'
}
const choiceShape = (schema: Schema): Shape => {
  const branches = variantsOf(schema)
  const { anyOf: _, oneOf: __, ...whole } = schema
  if (branches.length === 1) return shapeOf({ ...whole, ...branches[0] })
  const types = branches.map((one) => typesOf(one)?.join())
  // Branches are told apart by their JSON type alone: that of a value that is there says which one it is.
  return branches.length > 1 && !types.includes(undefined) && new Set(types).size === types.length ? 'choice' : 'json'
}

/** How a value of a schema is edited. What is not known is JSON. */
export const shapeOf = (schema: Schema): Shape => {
  const { 'x-widget': widget } = schema
  if (schema['x-secret']) return 'secret'
  if (widget === 'condition' || widget === 'permissions') return widget
  if (widget === 'image' || widget === 'json') return widget
  if (typeof schema['x-ref'] === 'string') return 'reference'
  if (optionsOf(schema).length > 0) return widget === 'cards' ? 'cards' : 'select'
  if (branchesOf(schema)) return choiceShape(schema)
  if (schema.type === 'string') return scalarShape(schema, widget)
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  if (schema.type === 'array') return arrayShape(schema)
  if (schema.type === 'object') return objectShape(schema, widget)
  return 'json'
}

/** Fields that are shown: what is not built is not offered. */
export const fieldsOf = ({ properties = {} }: Schema): readonly (readonly [string, Schema])[] =>
  Object.entries(properties).filter(([, field]) => !field['x-unbuilt'] && !field.items?.['x-unbuilt'])

/** What a new value begins as, where it must be something at once. Defaults are shown, not written: what is not said follows them. */
export const blankOf = (schema: Schema): unknown => {
  const shape = shapeOf(schema)
  if (shape === 'object' || shape === 'one-of' || shape === 'map') return {}
  return schema.type === 'array' && shape !== 'json' ? [] : undefined
}
