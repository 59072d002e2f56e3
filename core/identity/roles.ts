import { prepare } from '../data/prepared.ts'
import type { Database } from '../data/database.ts'
import type { Tx } from '../data/tables.ts'
import { withEffectiveGroups } from './groups.ts'

/** Key in `settings_state`: there is, or once was, an administrator. */
const setUp = 'setup-completed'

/** Has somebody been made an administrator yet? Stays true: who deletes the last one is not offered the set-up again. */
export const isSetUp = async ({ sql }: Database): Promise<boolean> =>
  (await sql.selectFrom('settings_state').select('key').where('key', '=', setUp).executeTakeFirst()) !== undefined

type Subject = { readonly kind: 'user' | 'group'; readonly id: string }

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

/** Slugs of the roles that a user has, also by groups and their parents, in order. */
export const rolesOf = (database: Database): ((userId: string) => Promise<readonly string[]>) => {
  const query = prepare(database, (given: { readonly userId: string }) =>
    withEffectiveGroups(database.sql, given.userId)
      .selectFrom('role_assignments')
      .select('role')
      .distinct()
      .where((row) =>
        row.or([
          row.and([row('subject_kind', '=', 'user'), row('subject_id', '=', given.userId)]),
          row.and([row('subject_kind', '=', 'group'), row('subject_id', 'in', row.selectFrom('effective').select('group_id'))]),
        ]),
      )
      .orderBy('role'),
  )
  return async (userId) => (await query({ userId })).map(({ role }) => role)
}
