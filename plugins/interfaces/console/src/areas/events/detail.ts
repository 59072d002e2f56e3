type Values = Readonly<Record<string, unknown>>

const valuesOf = (detail: unknown): Values =>
  typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? (detail as Values) : {}

/** What an event was done to. */
export type EventObject = { readonly kind: string; readonly id: string; readonly name: string }
export const objectIn = (detail: unknown): EventObject | undefined => {
  const { kind, id, name } = valuesOf(valuesOf(detail)['object'])
  return typeof kind === 'string' && typeof id === 'string' ? { kind, id, name: typeof name === 'string' ? name : id } : undefined
}

/** A number of a revision says nothing without its word, which the page has; all else is called by its name. */
export const nameIn = (detail: unknown): string | undefined => {
  const object = objectIn(detail)
  return object?.kind === 'revision' ? `#${object.id}` : object?.name
}

/** The revision that an event is the commit of. */
export const revisionIn = (detail: unknown): number | undefined => {
  const { revision } = valuesOf(detail)
  const object = objectIn(detail)
  const number = typeof revision === 'number' ? revision : object?.kind === 'revision' ? Number(object.id) : NaN
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

/** The names of the fields that a change of the directory touched. */
export const fieldsIn = (detail: unknown): readonly string[] => {
  const { fields } = valuesOf(detail)
  return Array.isArray(fields) ? fields.map(String) : []
}

/** What else an event says of itself, beside what has a place of its own. */
export const othersIn = (detail: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(valuesOf(detail)).filter(([name]) => !['object', 'fields', 'revision', 'changes', 'count'].includes(name))
