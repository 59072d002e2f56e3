import { type Caller, demand, demandAll } from '../../access/caller.ts'
import { type Conferral, conferral, type Telling } from '../../access/conferral.ts'
import { expanded, isPermission, type Permission, permissions } from '../../access/permissions.ts'
import { type Document, isMap } from '../../configuration/document.ts'
import type { ObjectChange, Plan } from '../../configuration/plane-types.ts'
import type { Tx } from '../../data/tables.ts'
import { usernameKey } from '../../identity/names.ts'
import { groupBySlug, specIn, textsIn } from './giving-documents.ts'
import { mayDoFlows } from './giving-flows.ts'
import type { ApiParts } from './parts.ts'
import type { Call } from './route.ts'

export type Asking = Pick<Call, 'caller' | 'roles'> & { readonly snapshot: { readonly sinks: Telling } }
type GivingParts = Pick<ApiParts, 'database' | 'catalog' | 'plane'>

const actions = { create: 'create', update: 'edit', rename: 'edit', delete: 'delete' } as const

/** The permission that a change of an object needs, whatever way it comes. */
const permissionFor = ({ kind, change }: ObjectChange): Permission => {
  const permission = `${kind}.${actions[change]}`
  if (!isPermission(permission)) throw new Error(`the kind "${kind}" has no permission ${permission}`)
  return permission
}

/** A sink tells its receiver of events of everybody. */
const readsEvents = ({ kind, change }: ObjectChange): boolean => kind === 'sinks' && change !== 'delete'

const mayDo = (caller: Caller, changes: readonly ObjectChange[]): void => {
  for (const change of changes) demand(caller, permissionFor(change))
  if (changes.some(readsEvents)) demand(caller, 'events.view')
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

/**
 * May the caller do all that a plan says? Each object needs the permission of its kind; and what gives permissions to anybody must be the
 * caller's to give, in whatever document it comes. Throws `Lacking`.
 */
export const mustBeGivable = async (
  { database, catalog, plane }: GivingParts,
  call: Asking,
  documents: readonly Document[],
  { changes }: Plan,
): Promise<void> => {
  const { caller } = call
  mayDo(caller, changes)
  const conferred = conferral(caller, call.roles, call.snapshot.sinks)
  await database.transaction(async (tx) => {
    for (const change of changes) {
      const spec = specIn(documents, change.kind, change.to ?? change.slug)
      const kind: string = change.kind
      if (kind === 'users') await mayDoUser(tx, conferred, caller, change.slug, spec)
      if (kind === 'groups') await mayDoGroup(tx, conferred, caller, change.slug, spec)
      if (kind === 'roles') mayDoRole(call, change.slug, spec)
    }
    await mayDoFlows(tx, conferred, { catalog, plane, documents }, changes)
  })
}

/** What gives permissions: of an earlier revision nobody can say whether the caller may give what it says. */
const conferring: ReadonlySet<string> = new Set(['roles', 'flows'])

/** May the caller go back to a revision that differs by these changes? Throws `Lacking`. */
export const mayReturn = async (
  { database, catalog, plane }: GivingParts,
  call: Asking,
  changes: readonly ObjectChange[],
): Promise<void> => {
  const { caller, roles, snapshot } = call
  mayDo(caller, changes)
  if (changes.some(({ kind }) => conferring.has(kind)))
    demandAll(caller, permissions, 'That revision has other roles or flows, which may give any permission')
  // The flows stay as they are; what guards them may not.
  await database.transaction((tx) => mayDoFlows(tx, conferral(caller, roles, snapshot.sinks), { catalog, plane, documents: [] }, changes))
}
