import type { ObjectChange } from './types.ts'

export type Counted = { readonly kind: string; readonly change: ObjectChange['change']; readonly count: number }

/** How many objects of a kind were changed in which way; the kinds in the order in which they come. */
export const tally = (changes: readonly Pick<ObjectChange, 'kind' | 'change'>[]): readonly Counted[] => {
  const counts = new Map<string, Counted>()
  for (const { kind, change } of changes) {
    const key = `${kind} ${change}`
    counts.set(key, { kind, change, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}
