import type { ListQuery } from 'sluice/interface'
import { isPreset, sinceOf } from './range.ts'

/** What the list of events keeps in its address. */
export const filterNames = ['action', 'user', 'application', 'ip', 'range', 'since', 'until'] as const

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What the API is asked for by what the address says. `opened`: when the page was, so that all pages of one look are of one span. */
export const askedOf = ({ sort: _, range, since, limit, ...rest }: ListQuery, opened: number) => {
  const from = typeof range === 'string' && isPreset(range) ? sinceOf(range, opened) : text(since)
  const given = Object.entries(rest).flatMap(([name, value]) => (text(value) === undefined ? [] : [[name, text(value)]]))
  return { limit, ...(from !== undefined && { since: from }), ...(Object.fromEntries(given) as Record<string, string>) }
}
