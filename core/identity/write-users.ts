import { randomUUIDv7 } from 'node:crypto'
import { msg, type UserFields } from '../api/index.ts'
import { endAllSessions } from '../access/sessions.ts'
import { Conflict } from '../data/effects.ts'
import { isUniqueViolation } from '../data/errors.ts'
import type { Tx } from '../data/tables.ts'
import { userChanged } from './changes.ts'
import { distrustBrowsers } from './devices.ts'
import { joinGroups } from './groups.ts'
import { emailKey, problemsOf, usernameKey } from './names.ts'
import { assignRoles } from './roles.ts'
import { indexUser } from './search.ts'

export type UserChanges = Partial<UserFields> & { readonly enabled?: boolean }
/** `roles` and `groups` are slugs. `enabled` unless said otherwise. */
export type NewUser = UserFields &
  UserChanges & { readonly id?: string; readonly roles?: readonly string[]; readonly groups?: readonly string[] }

/** The columns of those fields that are there. An empty address is none. */
const columnsOf = ({ username, name, email, attributes, enabled }: UserChanges) => ({
  ...(username !== undefined && { username, username_key: usernameKey(username) }),
  ...(name !== undefined && { name }),
  ...(email !== undefined && { email: email || null, email_key: email ? emailKey(email) : null }),
  ...(attributes !== undefined && { attributes: JSON.stringify(attributes) }),
  ...(enabled !== undefined && { enabled }),
})

const refuseInvalid = (fields: UserChanges): void => {
  const errors = problemsOf(fields)
  if (Object.keys(errors).length > 0) throw new Conflict(errors)
}

const orTaken = async (username: string | undefined, write: () => Promise<unknown>): Promise<void> => {
  try {
    await write()
  } catch (error) {
    if (username !== undefined && isUniqueViolation(error)) throw new Conflict({ username: msg('core.username-taken', { username }) })
    throw error
  }
}

/** Makes a user and returns the id. `now` in epoch ms. Throws `Conflict` for a name that is taken or no name, and for a wrong address. */
export const createUser = async (
  tx: Tx,
  { id = randomUUIDv7(), roles = [], groups = [], ...fields }: NewUser,
  now: number,
): Promise<string> => {
  refuseInvalid(fields)
  const columns = columnsOf({ name: '', attributes: {}, enabled: true, ...fields })
  const row = { id, email_verified: false, version: 0, created_at: now, updated_at: now, ...columns }
  await orTaken(fields.username, () =>
    tx
      .insertInto('users')
      .values(row as typeof row & Required<typeof columns>)
      .execute(),
  )
  await indexUser(tx, id)
  await assignRoles(tx, { kind: 'user', id }, roles)
  await joinGroups(tx, id, groups)
  await userChanged(tx, id, now)
  return id
}

/**
 * Changes those fields of a user that are there; disabling ends all sessions and grants, and the trust of browsers; `attributes` are replaced whole.
 * Another address has to be verified anew. Throws `Conflict` as `createUser` does. `now` in epoch ms.
 */
export const updateUser = async (tx: Tx, id: string, changes: UserChanges, now: number): Promise<void> => {
  refuseInvalid(changes)
  const user = await tx.selectFrom('users').select(['email_key', 'email_verified']).where('id', '=', id).executeTakeFirst()
  if (!user) throw new Error(`there is no user with the id ${JSON.stringify(id)}`)
  const columns = columnsOf(changes)
  if (Object.keys(columns).length === 0) return
  const isSameAddress = columns.email_key === undefined || columns.email_key === user.email_key
  const row = { ...columns, email_verified: isSameAddress && Boolean(user.email_verified) }
  await orTaken(changes.username, () => tx.updateTable('users').set(row).where('id', '=', id).execute())
  if ('username' in columns || 'name' in columns || 'email' in columns) await indexUser(tx, id)
  // Who is enabled again signs in again. API tokens stay: they are refused while the user is disabled, and good again afterwards.
  if (changes.enabled === false) {
    await endAllSessions(tx, id, now)
    await distrustBrowsers(tx, id)
  }
  await userChanged(tx, id, now)
}
