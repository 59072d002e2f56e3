import { isObject, type Schema, valuesOf, variantOf, variantsOf } from './schema.ts'

/** An RFC 6901 pointer: `/spec/with/redirectUris/0`. */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
export const pointerOf = (parts: readonly (string | number)[]): string =>
  parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
export const below = (pointer: string, part: string | number): string => `${pointer}${pointerOf([part])}`
export const isWithin = (pointer: string, outer: string): boolean => pointer === outer || pointer.startsWith(`${outer}/`)

const step = (value: unknown, part: string): unknown => {
  if (Array.isArray(value)) return value[Number(part)]
  return isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
}
export const valueAt = (value: unknown, pointer: string): unknown => partsOf(pointer).reduce(step, value)

const put = (value: unknown, [part, ...rest]: readonly string[], given: unknown): unknown => {
  if (part === undefined) return given
  const inner = put(step(value, part), rest, given)
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === Number(part) ? inner : item))
  const whole = isObject(value) ? value : {}
  if (inner !== undefined) return { ...whole, [part]: inner }
  const { [part]: _, ...others } = whole
  return others
}
/** The same with another value at a pointer; undefined removes it. */
export const withValueAt = (value: unknown, pointer: string, given: unknown): unknown => put(value, partsOf(pointer), given)

/** The schema of one part of a value. A choice is followed into the branch that the value belongs to. */
const partOf = (schema: Schema, part: string, value: unknown): Schema | undefined => {
  if (schema.properties?.[part]) return schema.properties[part]
  if (schema.items && /^\d+$/.test(part)) return schema.items
  const branches = variantsOf(schema)
  const branch = branches[variantOf(schema, value)]
  return branch ? partOf(branch, part, value) : valuesOf(schema)
}
/** The schemas on the way to a pointer, the outermost first. Ends where the schema says nothing more. */
export const schemasTo = (schema: Schema, pointer: string, value?: unknown): readonly Schema[] => {
  const found: Schema[] = []
  let at: Schema | undefined = schema
  let here = value
  for (const part of partsOf(pointer)) {
    at = at && partOf(at, part, here)
    if (!at) break
    here = step(here, part)
    found.push(at)
  }
  return found
}
export const schemaAt = (schema: Schema, pointer: string, value?: unknown): Schema | undefined => {
  const found = pointer === '' ? [schema] : schemasTo(schema, pointer, value)
  return found.length === Math.max(partsOf(pointer).length, 1) ? found.at(-1) : undefined
}
