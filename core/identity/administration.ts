import type { Kysely } from 'kysely'
import type { Json } from '../api/index.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { deleted } from './changes.ts'

/** A user as administrators see it. `groups` and `roles` are those that the user has directly, by slug. */
export type ListedUser = {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly enabled: boolean
  readonly attributes: Readonly<Record<string, Json>>
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly hasPassword: boolean
  /** The id of an image; null: none. */
  readonly avatar: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly version: number
}
/** `parents` and `roles` by slug. */
export type ListedGroup = {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly parents: readonly string[]
  readonly roles: readonly string[]
  readonly version: number
}

type Pair = { readonly of: string; readonly is: string }
const grouped = (pairs: readonly Pair[]): ReadonlyMap<string, readonly string[]> =>
  new Map([...Map.groupBy(pairs, ({ of }) => of)].map(([of, those]) => [of, those.map(({ is }) => is)]))

const assignedTo = async (sql: Kysely<Tables>, kind: 'user' | 'group', ids: readonly string[]) =>
  grouped(
    await sql
      .selectFrom('role_assignments')
      .select(['subject_id as of', 'role as is'])
      .where('subject_kind', '=', kind)
      .where('subject_id', 'in', ids)
      .orderBy('role')
      .execute(),
  )

/** The users of these ids, in the order of the ids; who is gone is left out. */
export const listedUsers = async (sql: Kysely<Tables>, ids: readonly string[]): Promise<readonly ListedUser[]> => {
  if (ids.length === 0) return []
  const [rows, groups, roles, passwords, avatars] = await Promise.all([
    sql.selectFrom('users').selectAll().where('id', 'in', ids).execute(),
    sql
      .selectFrom('memberships')
      .innerJoin('groups', 'groups.id', 'memberships.group_id')
      .select(['memberships.user_id as of', 'groups.slug as is'])
      .where('memberships.user_id', 'in', ids)
      .orderBy('groups.slug')
      .execute()
      .then(grouped),
    assignedTo(sql, 'user', ids),
    sql.selectFrom('passwords').select('user_id').where('user_id', 'in', ids).execute(),
    sql.selectFrom('media').select(['id', 'user_id']).where('user_id', 'in', ids).execute(),
  ])
  const known = new Map(rows.map((row) => [row.id, row]))
  const avatarOf = new Map(avatars.map((row) => [row.user_id, row.id]))
  const having = new Set(passwords.map((row) => row.user_id))
  return ids.flatMap((id) => {
    const row = known.get(id)
    if (!row) return []
    return {
      id,
      username: row.username,
      name: row.name,
      email: row.email,
      emailVerified: Boolean(row.email_verified),
      enabled: Boolean(row.enabled),
      attributes: JSON.parse(row.attributes) as ListedUser['attributes'],
      groups: groups.get(id) ?? [],
      roles: roles.get(id) ?? [],
      hasPassword: having.has(id),
      avatar: avatarOf.get(id) ?? null,
      createdAt: new Date(row.created_at),
      updatedAt: new Date(row.updated_at),
      version: row.version,
    }
  })
}

/** The groups of these ids, in the order of the ids. */
export const listedGroups = async (sql: Kysely<Tables>, ids: readonly string[]): Promise<readonly ListedGroup[]> => {
  if (ids.length === 0) return []
  const [rows, parents, roles] = await Promise.all([
    sql.selectFrom('groups').selectAll().where('id', 'in', ids).execute(),
    sql
      .selectFrom('group_parents')
      .innerJoin('groups', 'groups.id', 'group_parents.parent_id')
      .select(['group_parents.group_id as of', 'groups.slug as is'])
      .where('group_parents.group_id', 'in', ids)
      .orderBy('groups.slug')
      .execute()
      .then(grouped),
    assignedTo(sql, 'group', ids),
  ])
  const known = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = known.get(id)
    return row
      ? { id, slug: row.slug, name: row.name, parents: parents.get(id) ?? [], roles: roles.get(id) ?? [], version: row.version }
      : []
  })
}

/** How many users are in each of these groups directly; a group without any is left out. */
export const memberCounts = async (sql: Kysely<Tables>, groupIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (groupIds.length === 0) return new Map()
  const rows = await sql
    .selectFrom('memberships')
    .select((row) => ['group_id', row.fn.countAll().as('n')])
    .where('group_id', 'in', groupIds)
    .groupBy('group_id')
    .execute()
  return new Map(rows.map((row) => [row.group_id, Number(row.n)]))
}

/** Deletes a user with everything that is the user's: sessions, grants, tokens, memberships, roles. `now` in epoch ms. */
export const deleteUser = async (tx: Tx, user: Pick<ListedUser, 'id' | 'version'>, now: number): Promise<void> => {
  await tx.deleteFrom('role_assignments').where('subject_kind', '=', 'user').where('subject_id', '=', user.id).execute()
  await tx.deleteFrom('users').where('id', '=', user.id).execute()
  await deleted(tx, 'user', user, now)
}

/** Deletes a group; its members stay, and are no longer members of its parents by it. `now` in epoch ms. */
export const deleteGroup = async (tx: Tx, group: Pick<ListedGroup, 'id' | 'version'>, now: number): Promise<void> => {
  await tx.deleteFrom('role_assignments').where('subject_kind', '=', 'group').where('subject_id', '=', group.id).execute()
  await tx.deleteFrom('groups').where('id', '=', group.id).execute()
  await deleted(tx, 'group', group, now)
}
