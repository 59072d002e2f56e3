import Type from 'typebox'
import type { Order } from './paging.ts'

/** A column, with what stands for null in it: a place in the order has to be a value. */
type Column = string | { readonly column: string; readonly nulls: number }

/** What a list can be sorted by: its names for callers, with the columns behind them. `fallback` may begin with `-`. */
export const sorting = <const Columns extends Readonly<Record<string, Column>>>(
  columns: Columns,
  id: Order['id'],
  fallback: (keyof Columns & string) | `-${keyof Columns & string}`,
) => {
  type Name = keyof Columns & string
  const names = Object.keys(columns) as Name[]
  const sorts = names.flatMap((name) => [name, `-${name}`] as const)
  return {
    sort: Type.Optional(Type.Enum(sorts, { description: 'What to sort by; with - from the end.', default: fallback })),
    orderOf(sort: Name | `-${Name}` = fallback): Order {
      const column = columns[sort.replace('-', '') as Name] as Column
      return { ...(typeof column === 'string' ? { column } : column), id, descending: sort.startsWith('-') }
    },
  }
}
