import { api, ok } from '../client.ts'

/** Something that can be referred to. */
export type Reference = { readonly value: string; readonly label: string; readonly description?: string }
type Found = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const referenceOf = (item: Found): Reference => {
  const value = text(item['slug']) ?? text(item['username']) ?? ''
  const spec = (item['spec'] ?? item) as Found
  const label = text(spec['name']) ?? text(spec['title']) ?? value
  return { value, label, ...(label !== value && { description: value }) }
}

/** The first things of a kind that match; its list searches names and slugs. */
export const findReferences = async (
  kind: string,
  search: string,
  { limit = 20, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly Reference[]> => {
  // All lists are asked in the same way.
  const path = `/api/v1/${kind}` as '/api/v1/providers'
  const query = { limit, ...(search && { search }) }
  const { items } = await ok(api.GET(path, { params: { query }, ...(signal && { signal }) }))
  return items.map(referenceOf)
}

/** What a slug refers to; null: it is not there. Asked of the list, which has users by their names, too. */
export const findReference = async (kind: string, value: string): Promise<Reference | null> =>
  (await findReferences(kind, value, { limit: 200 })).find((one) => one.value === value) ?? null
