import type { Database } from '../data/database.ts'
import { type KindName, kindNames } from './kinds.ts'
import type { StoredObject } from './plane-types.ts'
import { exportedDirectory } from '../identity/export.ts'

type Spec = Readonly<Record<string, unknown>>

/** Kinds and slugs in order, so that equal content is an equal document. */
const inOrder = (kinds: ReadonlyMap<KindName, ReadonlyMap<string, Spec>>): Record<string, unknown> => ({
  version: 1,
  ...Object.fromEntries(
    kindNames.flatMap((kind) => {
      const objects = [...(kinds.get(kind) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))
      return objects.length > 0 ? [[kind, Object.fromEntries(objects)]] : []
    }),
  ),
})

/** Objects as a document that can be applied again; with `directory` the users and groups too, without passwords. */
export const exportOf = async ({
  database,
  objects,
  directory,
}: {
  readonly database: Database
  readonly objects: readonly StoredObject[]
  readonly directory: boolean
}): Promise<Record<string, unknown>> => {
  const kinds = new Map<KindName, Map<string, Spec>>()
  for (const { kind, slug, spec } of objects) kinds.set(kind, (kinds.get(kind) ?? new Map<string, Spec>()).set(slug, spec))
  if (directory) {
    const { groups, users } = await exportedDirectory(database)
    kinds.set('groups', new Map(groups))
    kinds.set('users', new Map(users))
  }
  return inOrder(kinds)
}
