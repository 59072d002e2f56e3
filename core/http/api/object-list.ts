import Type from 'typebox'
import type { Permission } from '../../access/permissions.ts'
import { typesOf } from '../../configuration/places.ts'
import type { RevisionedKind, StoredObject } from '../../configuration/plane-types.ts'
import { errorsOf } from './changes.ts'
import { pageOfMemory } from './memory-paging.ts'
import { pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { objectPage } from './plane-schemas.ts'
import { defineRoute, type Route } from './route.ts'
import { searchOf } from './search.ts'

/** As the API shows an object. */
export const shownObject = ({ slug, id, spec, revision, owner, layer, problems }: StoredObject) => ({
  slug,
  id: id ?? null,
  spec,
  revision,
  owner,
  layer,
  problems: errorsOf(problems),
})

const textAt = ({ spec }: StoredObject, field: string): string => {
  const { [field]: value } = spec
  return typeof value === 'string' ? value : ''
}
/** What people call it: its name or, of a flow, its title. */
export const nameOf = (object: StoredObject): string => textAt(object, 'name') || textAt(object, 'title') || object.slug

const searched = ['name', 'title', 'description', 'type'] as const
const has = (object: StoredObject, text: string): boolean =>
  [object.slug, ...searched.map((field) => textAt(object, field))].some((value) => value.toLowerCase().includes(text))

const places = {
  slug: ({ slug }: StoredObject) => slug,
  name: (object: StoredObject) => nameOf(object).toLowerCase(),
  revision: ({ revision }: StoredObject) => revision,
}
type Sort = keyof typeof places
const sorts = (Object.keys(places) as Sort[]).flatMap((name) => [name, `-${name}`] as const)

const query = Type.Object({
  ...pageQuery,
  search: searchOf('the slug, the name, the description or the type'),
  owner: Type.Optional(Type.String({ description: 'Only what this owner applies; `shipped` for what is part of Sluice.', maxLength: 100 })),
  sort: Type.Optional(Type.Enum(sorts, { description: 'What to sort by; with - from the end.', default: 'slug' })),
})
const queryByType = Type.Object({
  ...query.properties,
  type: Type.Optional(Type.String({ description: 'Only those of this type.', maxLength: 100 })),
})

/** The list of one kind of configuration, which is in memory whole. */
export const objectListRoute = ({ plane, cursors, catalog }: ApiParts, kind: RevisionedKind, permission: Permission): Route =>
  defineRoute({
    method: 'GET',
    path: `/${kind}`,
    permission,
    summary: `List ${kind}`,
    query: (typesOf(kind, catalog) ? queryByType : query) as typeof queryByType,
    response: objectPage,
    async handler({ query: { limit, cursor, total, search, sort = 'slug', owner, type } }) {
      const all = (await plane.objects(kind)).filter(
        (object) =>
          (search === undefined || has(object, search.toLowerCase())) &&
          (owner === undefined || object.owner === owner) &&
          (type === undefined || textAt(object, 'type') === type),
      )
      const order = { placeOf: places[sort.replace('-', '') as Sort], idOf: places.slug, descending: sort.startsWith('-') }
      const list = JSON.stringify([kind, search, owner, type, sort])
      const { items, ...page } = pageOfMemory(all, order, { asked: { limit, cursor, total }, cursors, list })
      return { body: { items: items.map(shownObject), ...page } }
    },
  })
