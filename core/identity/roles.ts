import type { Kysely } from 'kysely'
import { prepare } from '../data/prepared.ts'
import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { withEffectiveGroups, withGroupAndParents, withGroupsInside } from './groups.ts'

/** Key in `settings_state`: there is, or once was, an administrator. */
const setUp = 'setup-completed'

/** Has somebody been made an administrator yet? Stays true: who deletes the last one is not offered the set-up again. */
export const isSetUp = async ({ sql }: Database): Promise<boolean> =>
  (await sql.selectFrom('settings_state').select('key').where('key', '=', setUp).executeTakeFirst()) !== undefined

export type Subject = { readonly kind: 'user' | 'group'; readonly id: string }

/** Gives roles to a user or to the members of a group; says whether that was new. The caller records the change of the user or group. */
export const assignRoles = async (tx: Tx, subject: Subject, roles: readonly string[]): Promise<boolean> => {
  let assigned = false
  for (const role of roles) {
    const row = await tx
      .insertInto('role_assignments')
      .values({ subject_kind: subject.kind, subject_id: subject.id, role })
      .onConflict((conflict) => conflict.doNothing())
      .returning('role')
      .executeTakeFirst()
    assigned ||= row !== undefined
  }
  if (roles.includes('admin')) {
    await tx
      .insertInto('settings_state')
      .values({ key: setUp, value: 'true' })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  return assigned
}

/** Takes roles away from a user or a group; says whether there were any. The caller records the change of the user or group. */
export const withdrawRoles = async (tx: Tx, subject: Subject, roles: readonly string[]): Promise<boolean> => {
  if (roles.length === 0) return false
  const { numDeletedRows } = await tx
    .deleteFrom('role_assignments')
    .where('subject_kind', '=', subject.kind)
    .where('subject_id', '=', subject.id)
    .where('role', 'in', roles)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

const rolesOfUserQuery = (sql: Kysely<Tables>, userId: string) =>
  withEffectiveGroups(sql, userId)
    .selectFrom('role_assignments')
    .select('role')
    .distinct()
    .where((row) =>
      row.or([
        row.and([row('subject_kind', '=', 'user'), row('subject_id', '=', userId)]),
        row.and([row('subject_kind', '=', 'group'), row('subject_id', 'in', row.selectFrom('effective').select('group_id'))]),
      ]),
    )
    .orderBy('role')

/** Slugs of the roles that a user has, also by groups and their parents, in order. */
export const rolesOf = (database: Database): ((userId: string) => Promise<readonly string[]>) => {
  const query = prepare(database, (given: { readonly userId: string }) => rolesOfUserQuery(database.sql, given.userId))
  return async (userId) => (await query({ userId })).map(({ role }) => role)
}

/** The same as an open transaction has it. */
export const rolesOfUser = async (tx: Tx, userId: string): Promise<readonly string[]> =>
  (await rolesOfUserQuery(tx, userId).execute()).map(({ role }) => role)

/** Slugs of the roles that the members of a group have by it, also by its parents. */
export const rolesOfGroup = async (tx: Tx, groupId: string): Promise<readonly string[]> => {
  const rows = await withGroupAndParents(tx, groupId)
    .selectFrom('role_assignments')
    .select('role')
    .distinct()
    .where('subject_kind', '=', 'group')
    .where('subject_id', 'in', (row) => row.selectFrom('effective').select('group_id'))
    .orderBy('role')
    .execute()
  return rows.map(({ role }) => role)
}

/** Ids of the users who are enabled and have one of these roles, also by groups and their parents. */
export const holdersOf = async (sql: Kysely<Tables>, roles: readonly string[]): Promise<readonly string[]> => {
  const subjects = await sql.selectFrom('role_assignments').select(['subject_kind', 'subject_id']).where('role', 'in', roles).execute()
  const ids = (kind: Subject['kind']) => subjects.filter((row) => row.subject_kind === kind).map((row) => row.subject_id)
  const rows = await withGroupsInside(sql, ids('group'))
    .selectFrom('users')
    .select('users.id')
    .where('users.enabled', '=', true)
    .where((row) =>
      row.or([
        row('users.id', 'in', ids('user')),
        row(
          'users.id',
          'in',
          row.selectFrom('memberships').innerJoin('inside', 'inside.group_id', 'memberships.group_id').select('memberships.user_id'),
        ),
      ]),
    )
    .execute()
  return rows.map((row) => row.id)
}
