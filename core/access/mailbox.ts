import { createHash } from 'node:crypto'
import type { Tx } from '../data/tables.ts'

/** For whom a link was made. `stamp`: what their account was then, see `mailboxOf`. */
export type LinkOwner = { readonly userId: string; readonly stamp: string }

/**
 * What a user's account is by now: another address, another password or none have another stamp. `undefined`: there is no such user, or they are
 * disabled. Costs the same for everybody.
 */
const accountOf = async (sql: Pick<Tx, 'selectFrom'>, userId: string) => {
  const row = await sql
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .select(['users.username', 'users.name', 'users.email', 'users.enabled', 'passwords.hash'])
    .where('users.id', '=', userId)
    .executeTakeFirst()
  if (!row?.enabled) return undefined
  const { username, name, email, hash } = row
  const stamp = createHash('sha256')
    .update(JSON.stringify([email, hash]))
    .digest('base64url')
  return { email, username, name, stamp }
}

/** Where a user can be written to, with the stamp of their account. `undefined`: there is nobody who may be, or they have no address. */
export const mailboxOf = async (
  sql: Pick<Tx, 'selectFrom'>,
  userId: string,
): Promise<{ readonly email: string; readonly username: string; readonly name: string; readonly stamp: string } | undefined> => {
  const account = await accountOf(sql, userId)
  return account?.email ? { ...account, email: account.email } : undefined
}

/** The stamp of an account alone; `undefined` where nobody may sign in. */
export const stampOf = async (sql: Pick<Tx, 'selectFrom'>, userId: string): Promise<string | undefined> =>
  (await accountOf(sql, userId))?.stamp
