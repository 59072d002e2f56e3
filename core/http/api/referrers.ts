import Type from 'typebox'
import { type Caller, maySee } from '../../access/caller.ts'
import { isSeed, type Referred } from '../../configuration/kinds.ts'
import type { ApiParts } from './parts.ts'
import { nameOf } from './object-list.ts'

export const usedBySchema = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Type.String(),
      slug: Type.String(),
      name: Type.String({ description: 'What people call it; the slug where it has no name.' }),
      pointer: Type.String({ description: 'Where in its `spec` (RFC 6901).' }),
    }),
    { description: 'Each place that names it, of the objects that you may see.' },
  ),
  hidden: Type.Integer({ description: 'Places in objects that you may not see.' }),
})

/** What of the configuration names an object or an image, with the names that people know. */
export const referrers = async (plane: ApiParts['plane'], caller: Caller, kind: Referred, slug: string) => {
  const all = plane.usedBy(kind, slug)
  const seen = all.filter((user) => maySee(caller, user.kind))
  const names = new Map<string, string>()
  for (const of of new Set(seen.map((user) => user.kind))) {
    if (isSeed(of)) continue
    for (const object of await plane.objects(of)) names.set(`${of}/${object.slug}`, nameOf(object))
  }
  return {
    items: seen.map((user) => ({ ...user, name: names.get(`${user.kind}/${user.slug}`) ?? user.slug })),
    hidden: all.length - seen.length,
  }
}
