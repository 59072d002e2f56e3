/** Kinds whose pages do not stand under their own name; some parts of the API name one thing rather than its kind. */
const folders: Readonly<Record<string, string>> = { scopeMappings: 'scope-mappings', group: 'groups', user: 'users', revision: 'revisions' }

/** Where in the console the objects of a kind are listed. */
export const listOf = (kind: string): string => `/${folders[kind] ?? kind}`
/** Where in the console an object of the API is shown. */
export const pathOf = (kind: string, slug: string): string => `${listOf(kind)}/${encodeURIComponent(slug)}`
/** Where one is made. */
export const newOf = (kind: string): string => `${listOf(kind)}/new`
