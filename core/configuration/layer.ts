import { type Deletion, type Document, type Item, itemsOf, positionOf } from './document.ts'
import type { KindName } from './kinds.ts'
import type { Problem } from './problem.ts'

export type Layer = { readonly items: ReadonlyMap<KindName, ReadonlyMap<string, Item>>; readonly deletions: readonly Deletion[] }

/** The objects of one layer; two documents of a layer may not say the same thing twice. */
export const layer = (documents: readonly Document[], problems: Problem[]): Layer => {
  const kinds = new Map<KindName, Map<string, Item>>()
  const deletions: Deletion[] = []
  const said = new Map<string, Deletion>()
  const isNew = (one: Deletion): boolean => {
    const key = `${one.kind}/${one.slug}`
    const earlier = said.get(key)
    if (!earlier) {
      said.set(key, one)
      return true
    }
    const place = positionOf(earlier, [], 'key')
    const where = place ? `${place.file}:${place.line}` : 'another document'
    problems.push({
      position: positionOf(one, [], 'key'),
      path: [one.kind, one.slug],
      message: `is in ${where} too; remove one of them`,
    })
    return false
  }
  for (const document of documents) {
    const found = itemsOf(document)
    problems.push(...found.problems)
    for (const item of found.items) {
      if (!isNew(item)) continue
      const map = kinds.get(item.kind) ?? new Map<string, Item>()
      kinds.set(item.kind, map.set(item.slug, item))
    }
    deletions.push(...found.deletions.filter(isNew))
  }
  return { items: kinds, deletions }
}
