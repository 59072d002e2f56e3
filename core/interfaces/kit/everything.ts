import type { Page } from './list.ts'

/** More than anybody has of their own; who does reads the first of them. */
const mostPages = 10

/** All entries of a list that is short: what somebody has of their own. */
export const everything = async <T>(page: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<readonly T[]> => {
  const items: T[] = []
  let cursor: string | undefined
  for (let count = 0; count < mostPages; count += 1) {
    const got = await page({ limit: 200, ...(cursor !== undefined && { cursor }) })
    items.push(...got.items)
    if (got.next === null) break
    cursor = got.next
  }
  return items
}
