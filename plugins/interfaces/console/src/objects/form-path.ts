import { newOf, pathOf } from '../paths.ts'

/** What fields that refer to others link to: one of them or, without a slug, a new one. */
export const formPath = (kind: string, slug?: string): string | undefined => {
  // Users have their pages by their ids, and flows begin otherwise than by a form.
  if (slug !== undefined) return kind === 'users' ? undefined : pathOf(kind, slug)
  return kind === 'flows' ? undefined : newOf(kind)
}
