import type { Database } from '../data/database.ts'
import type { Catalog } from './catalog.ts'
import { type Item, problemOf } from './document.ts'
import type { Problem } from './problem.ts'
import { referencesOf } from './references.ts'

/** References to images that nobody uploaded, or that are users' avatars, which go with their users. */
export const lostImages = async ({ sql }: Database, items: Iterable<Item>, catalog: Catalog): Promise<readonly Problem[]> => {
  const found = [...items].flatMap((item) =>
    referencesOf(item, catalog)
      .filter(({ to }) => to === 'media')
      .map(({ slug, path }) => ({ item, id: slug, path })),
  )
  const ids = [...new Set(found.map(({ id }) => id))]
  if (ids.length === 0) return []
  const rows = await sql.selectFrom('media').select('id').where('id', 'in', ids).where('user_id', 'is', null).execute()
  const known = new Set(rows.map(({ id }) => id))
  return found
    .filter(({ id }) => !known.has(id))
    .map(({ item, id, path }) => problemOf(item, path, `there is no image "${id}"; upload it (POST /api/v1/media), and write its id`))
}
