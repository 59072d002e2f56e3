import type { Detail } from 'sluice/interface'

/** Something about a flow, by a pointer into its spec. */
export type Lint = { readonly pointer: string; readonly detail: string; readonly is: 'error' | 'warning' }

/** The API says pointers of what was sent (`/spec/…`) or of the whole configuration (`/flows/<slug>/…`). */
const inSpec = (pointer: string): string => pointer.replace(/^\/spec(?=\/|$)|^\/flows\/[^/]*(?=\/|$)/, '')

export const lintOf = (details: readonly Detail[] = [], is: Lint['is'] = 'error'): readonly Lint[] =>
  details.map(({ pointer, detail }) => ({ pointer: inSpec(pointer), detail, is }))

/** Is it about what this pointer names, or, where `deep`, about something in it? */
export const isAt = ({ pointer }: Lint, place: string, deep = false): boolean =>
  pointer === place || (deep && pointer.startsWith(`${place}/`))
