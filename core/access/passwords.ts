import type { Effect, Passwords } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { EffectHandlers } from '../data/effects.ts'
import type { Tx } from '../data/tables.ts'
import { userChanged } from '../identity/changes.ts'
import { distrustBrowsers } from '../identity/devices.ts'
import { nobody } from '../identity/nobody.ts'
import type { Hasher } from '../keys/hashing.ts'
import { prepare } from '../data/prepared.ts'
import { endAllSessions } from './sessions.ts'

const setPassword = 'passwords.set'
type NewPassword = { readonly userId: string; readonly hash: string }

/** Passwords in table `passwords`. Calls throw `Busy` and `PasswordTooLong` as the hasher does. */
export const createPasswords = ({ database, hasher }: { readonly database: Database; readonly hasher: Hasher }): Passwords => {
  const { sql } = database
  const hashOf = prepare(database, (given: { readonly userId: string }) =>
    sql
      .selectFrom('passwords')
      .innerJoin('users', 'users.id', 'passwords.user_id')
      .select('passwords.hash')
      .where('users.id', '=', given.userId)
      .where('users.enabled', '=', true),
  )
  /**
   * Makes a hash of old parameters one of today's. It runs after the answer, so no answer takes longer for it, and only where the password was
   * right. It is the same password: no session ends, and a new one that was set meanwhile stays. What fails is done at the next sign-in.
   */
  const rehash = async (userId: string, weak: string, password: string): Promise<void> => {
    try {
      const hash = await hasher.hash(password)
      await sql.updateTable('passwords').set({ hash }).where('user_id', '=', userId).where('hash', '=', weak).execute()
    } catch {
      // Too many hashes wait, or the database is closing: the weak one goes on to work.
    }
  }

  return {
    async verify(userId, password) {
      const [row] = await hashOf({ userId: userId ?? nobody })
      const isRight = await hasher.verify(row?.hash, password)
      if (isRight && row && userId !== undefined && hasher.isWeak(row.hash)) void rehash(userId, row.hash, password)
      return isRight
    },
    has: async (userId) => (await hashOf({ userId })).length > 0,
    hash: (password) => hasher.hash(password),
    set: (userId, hash) => ({ effect: setPassword, data: { userId, hash } satisfies NewPassword }),
  }
}

export const setsPassword = ({ effect }: Effect): boolean => effect === setPassword

/** Whose password an effect would replace: who has none gets a first one. */
export const replacesPasswordOf = async (tx: Tx, effect: Effect): Promise<string | undefined> => {
  if (!setsPassword(effect)) return undefined
  const { userId } = effect.data as NewPassword
  return (await tx.selectFrom('passwords').select('user_id').where('user_id', '=', userId).executeTakeFirst())?.user_id
}

export const passwordEffects: EffectHandlers = {
  /** Effects come before the session that the same run opens, so that one lives. */
  async [setPassword](tx, data, now, keep) {
    const { userId, hash } = data as NewPassword
    await tx
      .insertInto('passwords')
      .values({ user_id: userId, hash, changed_at: now })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ hash, changed_at: now }))
      .execute()
    await endAllSessions(tx, userId, now, keep)
    // Whoever knew the one before may have signed in there: the new one alone must not be enough.
    await distrustBrowsers(tx, userId)
    await userChanged(tx, userId, now)
    return { action: 'user.password-set', userId, fields: ['password'] }
  },
}
