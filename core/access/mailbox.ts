import { createHash } from 'node:crypto'
import type { Tx } from '../data/tables.ts'

/** To whom a link was mailed. `stamp`: what their account was then, see `stampOf`. */
export type Mailed = { readonly userId: string; readonly stamp: string }

/**
 * Where a user can be written to, and what their account is by now: another address, another password or none have another stamp.
 * `undefined`: there is no such user, they are disabled, or have no address. Costs the same for everybody.
 */
export const mailboxOf = async (
  sql: Pick<Tx, 'selectFrom'>,
  userId: string,
): Promise<{ readonly email: string; readonly username: string; readonly name: string; readonly stamp: string } | undefined> => {
  const row = await sql
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .select(['users.username', 'users.name', 'users.email', 'users.enabled', 'passwords.hash'])
    .where('users.id', '=', userId)
    .executeTakeFirst()
  if (!row?.enabled || !row.email) return undefined
  const { username, name, email, hash } = row
  const stamp = createHash('sha256')
    .update(JSON.stringify([email, hash]))
    .digest('base64url')
  return { email, username, name, stamp }
}

/** The stamp alone; `undefined` for those to whom nothing is mailed. */
export const stampOf = async (sql: Pick<Tx, 'selectFrom'>, userId: string): Promise<string | undefined> =>
  (await mailboxOf(sql, userId))?.stamp
