import type { Cursors } from './cursors.ts'
import { type Asked, defaultLimit } from './paging.ts'

/** `placeOf`: what is sorted by; `idOf`: what tells equal ones apart. */
type Order<T> = { readonly placeOf: (item: T) => string | number; readonly idOf: (item: T) => string; readonly descending: boolean }
type Place = { readonly value: string | number; readonly id: string | number }

const compare = (a: Place, b: Place): number => {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}

/**
 * One page of what is in memory, in order, as `pageOfIds` makes one of what is in the database.
 * @param list names the list with its filters and its order: what cursors are bound to
 */
export const pageOfMemory = <T>(
  all: readonly T[],
  { placeOf, idOf, descending }: Order<T>,
  { asked, cursors, list }: { readonly asked: Asked; readonly cursors: Cursors; readonly list: string },
) => {
  const limit = asked.limit ?? defaultLimit
  const sign = descending ? -1 : 1
  const after = asked.cursor === undefined ? undefined : cursors.read(list, asked.cursor)
  const rest = all
    .map((item) => ({ item, place: { value: placeOf(item), id: idOf(item) } }))
    .filter(({ place }) => !after || compare(place, after) * sign > 0)
    .toSorted((a, b) => compare(a.place, b.place) * sign)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ item }) => item),
    next: rest.length > limit && last ? cursors.write(list, last.place) : null,
    ...(asked.total && { total: all.length }),
  }
}
