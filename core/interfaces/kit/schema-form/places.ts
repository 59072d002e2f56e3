import { humanized, schemaText } from './labels.ts'
import { partsOf, pointerOf, schemasTo } from './pointer.ts'
import type { Schema } from './schema.ts'

type Naming = {
  label(pointer: string, schema: Schema): string
  /** What only holds fields, such as `spec`, is not said. */
  isSkipped?(pointer: string): boolean
}
export const titleOf = (pointer: string, { title }: Schema): string =>
  title === undefined ? humanized(partsOf(pointer).at(-1) ?? '') : schemaText(title)

/** `Redirect URIs › 2`: where something is, in words. */
export const placeIn = (schema: Schema, pointer: string, { value, label, isSkipped }: Naming & { readonly value: unknown }): string => {
  const parts = partsOf(pointer)
  const words = schemasTo(schema, pointer, value).flatMap((part, index) => {
    const name = parts[index] ?? ''
    const at = pointerOf(parts.slice(0, index + 1))
    if (/^\d+$/.test(name)) return [String(Number(name) + 1)]
    return isSkipped?.(at) ? [] : [label(at, part)]
  })
  return words.join(' › ')
}

/** What people call a field of an object's `spec`. */
export const nameOfField = (schema: Schema, pointer: string, value: unknown): string =>
  placeIn(schema, pointer, { value, label: titleOf, isSkipped: (at) => at === '/with' && pointer !== at }) || pointer
