import { isDeepStrictEqual } from 'node:util'
import { isMap } from './document.ts'
import type { Held } from './held.ts'
import type { ObjectChange } from './plane-types.ts'
import { pointerOf } from './places.ts'
import type { Path } from './problem.ts'

type Field = NonNullable<ObjectChange['fields']>[number]

const isMask = (value: unknown): boolean => isMap(value) && Object.hasOwn(value, '$keep')

/**
 * What differs between two values, as deep as both are maps or lists of the same length, by JSON pointer (RFC 6901). Of a secret, which is
 * `{ $keep }` in both, only that it differs.
 */
const fieldsBetween = (before: unknown, after: unknown, path: Path = []): readonly Field[] => {
  if (isDeepStrictEqual(before, after)) return []
  const pointer = pointerOf(path)
  if (isMask(before) || isMask(after)) return [{ pointer }]
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
    return keys.flatMap((key) => fieldsBetween(before[key], after[key], [...path, key]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((one, index) => fieldsBetween(one, after[index], [...path, index]))
  }
  return [{ pointer, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
}

/** As an object is called and seen: `masked` under a slug tells whether secrets are the same, `id` whether the objects are. */
type Seen = Pick<Held, 'id' | 'kind' | 'slug'> & { readonly masked: (slug: string) => Held['masked'] }

const order: Readonly<Record<ObjectChange['change'], number>> = { rename: 0, create: 1, update: 2, delete: 3 }

/** What has become of objects, by their ids; in the order of kinds and slugs. */
export const changesBetween = (before: ReadonlyMap<string, Seen>, after: ReadonlyMap<string, Seen>): readonly ObjectChange[] => {
  const changes: ObjectChange[] = []
  for (const [id, { kind, slug, masked }] of before) {
    const now = after.get(id)
    if (!now) changes.push({ kind, slug, change: 'delete' })
    else {
      const fields = fieldsBetween(masked(slug), now.masked(slug))
      const told = fields.length > 0 ? { fields } : {}
      if (now.slug !== slug) changes.push({ kind, slug, change: 'rename', to: now.slug, ...told })
      else if (fields.length > 0) changes.push({ kind, slug, change: 'update', ...told })
    }
  }
  for (const [id, { kind, slug }] of after) if (!before.has(id)) changes.push({ kind, slug, change: 'create' })
  return changes.toSorted((a, b) => a.kind.localeCompare(b.kind) || order[a.change] - order[b.change] || a.slug.localeCompare(b.slug))
}
