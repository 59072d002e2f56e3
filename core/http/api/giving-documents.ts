import type { Conferral } from '../../access/conferral.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import type { Tx } from '../../data/tables.ts'

export const textsIn = (value: unknown): readonly string[] => [value].flat().filter((item) => typeof item === 'string')

/** What the documents say of an object; `null`: delete it. */
export const specIn = (documents: readonly Document[], kind: string, slug: string): unknown => {
  for (const { value } of documents) {
    const objects = isMap(value) ? value[kind] : undefined
    if (isMap(objects) && Object.hasOwn(objects, slug)) return objects[slug]
  }
  return undefined
}

export const groupBySlug = async (tx: Tx, conferred: Conferral, slug: string, giver?: string): Promise<void> => {
  const group = await tx.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirst()
  // One that the same documents make has only what they give it, which is looked at by itself.
  if (group) await conferred.group(tx, group.id, slug, giver)
}
