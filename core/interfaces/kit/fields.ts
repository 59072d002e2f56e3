/** What differs in one place of an object, as the API tells it. Neither before nor after: a secret, of which only that it differs is told. */
export type FieldChange = { readonly pointer: string; readonly before?: unknown; readonly after?: unknown }

/** The parts of an RFC 6901 pointer. Places in lists are counted from 1, as people do. */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))

/** A value for people to read: texts as they are, all else as JSON in lines. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''))

/** Is it too long to be shown among others? */
export const isLong = (text: string): boolean => text.length > 280 || text.split('\n').length > 6
