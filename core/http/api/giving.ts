import { type Caller, demand, demandAll } from '../../access/caller.ts'
import { type Conferral, conferral } from '../../access/conferral.ts'
import { expanded, isPermission, type Permission, permissions } from '../../access/permissions.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import { placesOf } from '../../configuration/places.ts'
import type { ObjectChange, Plan } from '../../configuration/plane-types.ts'
import type { Schema } from '../../configuration/schema.ts'
import type { Tx } from '../../data/tables.ts'
import { usernameKey } from '../../identity/names.ts'
import type { ApiParts } from './parts.ts'
import type { Call } from './route.ts'

type Asking = Pick<Call, 'caller' | 'roles'>

const textsIn = (value: unknown): readonly string[] => [value].flat().filter((item) => typeof item === 'string')

const actions = { create: 'create', update: 'edit', rename: 'edit', delete: 'delete' } as const

/** The permission that a change of an object needs, whatever way it comes. */
const permissionFor = ({ kind, change }: ObjectChange): Permission => {
  const permission = `${kind}.${actions[change]}`
  if (!isPermission(permission)) throw new Error(`the kind "${kind}" has no permission ${permission}`)
  return permission
}

/** What the documents say of an object; `null`: delete it. */
const specIn = (documents: readonly Document[], kind: string, slug: string): unknown => {
  for (const { value } of documents) {
    const objects = isMap(value) ? value[kind] : undefined
    if (isMap(objects) && Object.hasOwn(objects, slug)) return objects[slug]
  }
  return undefined
}

const groupBySlug = async (tx: Tx, conferred: Conferral, slug: string): Promise<void> => {
  const group = await tx.selectFrom('groups').select('id').where('slug', '=', slug).executeTakeFirst()
  // One that the same documents make has only what they give it, which is looked at by itself.
  if (group) await conferred.group(tx, group.id, slug)
}

const mayDoUser = async (tx: Tx, conferred: Conferral, caller: Caller, username: string, spec: unknown): Promise<void> => {
  const known = await tx.selectFrom('users').select(['id', 'username']).where('username_key', '=', usernameKey(username)).executeTakeFirst()
  if (known) await conferred.user(tx, known.id, known.username)
  if (!isMap(spec)) return
  const [roles, groups] = [textsIn(spec['roles']), textsIn(spec['groups'])]
  if (roles.length > 0) demand(caller, 'roles.assign')
  if (groups.length > 0) demand(caller, 'groups.edit')
  conferred.roles(roles)
  for (const slug of groups) await groupBySlug(tx, conferred, slug)
}

const mayDoGroup = async (tx: Tx, conferred: Conferral, caller: Caller, slug: string, spec: unknown): Promise<void> => {
  await groupBySlug(tx, conferred, slug)
  if (!isMap(spec)) return
  const roles = textsIn(spec['roles'])
  if (roles.length > 0) demand(caller, 'roles.assign')
  conferred.roles(roles)
  for (const parent of textsIn(spec['parents'])) await groupBySlug(tx, conferred, parent)
}

/** Nobody writes a role that may more than they, or takes from one what they lack. */
const mayDoRole = ({ caller, roles }: Asking, slug: string, spec: unknown): void => {
  const before = roles.get(slug)?.permissions ?? []
  const after = isMap(spec) ? textsIn(spec['permissions']) : []
  demandAll(caller, expanded([...before, ...after]), `The role "${slug}" has permissions that you cannot give or take`)
}

/** Roles or groups that settings name, by the marks of their schema (`x-ref`). */
const named = (schema: Schema, value: unknown, ref: 'role' | 'group'): readonly string[] => {
  if (typeof value === 'string') return schema['x-ref']?.replace(/s$/, '') === ref ? [value] : []
  const branches = (schema.anyOf ?? schema.oneOf ?? []).flatMap((branch) => named(branch, value, ref))
  if (Array.isArray(value)) return [...branches, ...value.flatMap((item) => (schema.items ? named(schema.items, item, ref) : []))]
  if (!isMap(value)) return branches
  const inner = Object.entries(value).flatMap(([name, item]) => {
    const property = schema.properties?.[name]
    return property ? named(property, item, ref) : []
  })
  return [...branches, ...inner]
}

/** Flows that the steps of one call, at any depth. */
const calledBy = (steps: unknown): readonly string[] =>
  !Array.isArray(steps)
    ? []
    : steps
        .filter(isMap)
        .flatMap(({ flow, choose }) => [
          ...textsIn(flow),
          ...(Array.isArray(choose) ? choose.filter(isMap).flatMap((branch) => calledBy(branch['steps'])) : []),
        ])

type FlowParts = Pick<ApiParts, 'catalog' | 'plane'> & { readonly documents: readonly Document[] }

/** A flow may give roles and groups to whom it makes, also by the flows that it calls: only such as its author may give. */
const mayDoFlow = async (tx: Tx, conferred: Conferral, { catalog, plane, documents }: FlowParts, flow: string): Promise<void> => {
  const seen = new Set([flow])
  for (const slug of seen) {
    const written = specIn(documents, 'flows', slug)
    // What is called and not in the documents is as it is stored.
    const spec = written === undefined && slug !== flow ? (await plane.object('flows', slug))?.spec : written
    if (!isMap(spec)) continue
    for (const called of calledBy(spec['steps'])) seen.add(called)
    for (const { item, settings } of placesOf('flows', spec, catalog)) {
      const schema = catalog.schema(item)
      conferred.roles(named(schema, settings, 'role'))
      for (const group of named(schema, settings, 'group')) await groupBySlug(tx, conferred, group)
    }
  }
}

/**
 * May the caller do all that a plan says? Each object needs the permission of its kind; and what gives permissions to anybody must be the
 * caller's to give, in whatever document it comes. Throws `Lacking`.
 */
export const mustBeGivable = async (
  { database, catalog, plane }: Pick<ApiParts, 'database' | 'catalog' | 'plane'>,
  call: Asking,
  documents: readonly Document[],
  { changes }: Plan,
): Promise<void> => {
  const { caller } = call
  for (const change of changes) demand(caller, permissionFor(change))
  const conferred = conferral(caller, call.roles)
  await database.transaction(async (tx) => {
    for (const change of changes) {
      const spec = specIn(documents, change.kind, change.to ?? change.slug)
      const kind: string = change.kind
      if (kind === 'users') await mayDoUser(tx, conferred, caller, change.slug, spec)
      if (kind === 'groups') await mayDoGroup(tx, conferred, caller, change.slug, spec)
      if (kind === 'roles') mayDoRole(call, change.slug, spec)
      if (kind === 'flows') await mayDoFlow(tx, conferred, { catalog, plane, documents }, change.to ?? change.slug)
    }
  })
}

/** What gives permissions: of an earlier revision nobody can say whether the caller may give what it says. */
const conferring: ReadonlySet<string> = new Set(['roles', 'flows'])

/** May the caller go back to a revision that differs by these changes? Throws `Lacking`. */
export const mayReturn = ({ caller }: Asking, changes: readonly ObjectChange[]): void => {
  for (const change of changes) demand(caller, permissionFor(change))
  if (changes.some(({ kind }) => conferring.has(kind)))
    demandAll(caller, permissions, 'That revision has other roles or flows, which may give any permission')
}
