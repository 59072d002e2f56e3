import { below, isWithin } from './pointer.ts'
import { fieldsOf, type Schema, shapeOf } from './schema.ts'

/** A part of a form: fields under one heading, by their pointers. */
export type Group = {
  /** In the language of the page; none: the fields stand without a heading. */
  readonly title?: string
  readonly description?: string
  readonly fields: readonly string[]
  /** Folded until somebody wants it, or something in it is wrong. */
  readonly folded?: boolean
}

const cardShapes = new Set(['condition', 'map', 'json'])

/** Every field that no group names, the parts of objects one by one where a group names some of them. */
const rest = (schema: Schema, named: readonly string[], at = ''): readonly string[] =>
  fieldsOf(schema).flatMap(([name, field]) => {
    const pointer = below(at, name)
    if (named.includes(pointer)) return []
    const isOpened = named.some((other) => isWithin(other, pointer))
    return isOpened || (shapeOf(field) === 'object' && at === '') ? rest(field, named, pointer) : [pointer]
  })

/**
 * The groups of a form: those that are wished, and what they leave out. Objects at the first level, such as the `spec` of a request, are
 * seen through.
 */
export const groupsOf = (schema: Schema, wished: readonly Group[], schemaOf: (pointer: string) => Schema | undefined): readonly Group[] => {
  const there = wished
    .map((group) => ({ ...group, fields: group.fields.filter((pointer) => schemaOf(pointer)) }))
    .filter(({ fields }) => fields.length > 0)
  const left = rest(
    schema,
    there.flatMap(({ fields }) => fields),
  )
  const isCard = (pointer: string): boolean => {
    const field = schemaOf(pointer)
    return field !== undefined && (cardShapes.has(shapeOf(field)) || shapeOf(field) === 'object')
  }
  const plain = left.filter((pointer) => !isCard(pointer))
  return [
    ...(wished.length === 0 && plain.length > 0 ? [{ fields: plain }] : []),
    ...there,
    ...(wished.length > 0 && plain.length > 0 ? [{ fields: plain }] : []),
    ...left.filter(isCard).map((pointer) => ({ fields: [pointer] })),
  ]
}
