import type { Consents } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { EffectHandlers } from '../data/effects.ts'
import { prepare } from '../data/prepared.ts'
import type { Tx } from '../data/tables.ts'

type Allowed = { readonly userId: string; readonly application: string; readonly scopes: readonly string[] }

/** Scopes as stored. */
export const parseScopes = (text: string): readonly string[] => JSON.parse(text) as readonly string[]

/** What users allowed applications, in table `consents`. */
export const createConsents = (database: Database): Consents => {
  const { sql } = database
  const allowed = prepare(database, (given: Omit<Allowed, 'scopes'>) =>
    sql.selectFrom('consents').select('scopes').where('user_id', '=', given.userId).where('application', '=', given.application),
  )
  return {
    async covers(userId, application, scopes) {
      const [row] = await allowed({ userId, application })
      const before = new Set(row && parseScopes(row.scopes))
      return row !== undefined && scopes.every((scope) => before.has(scope))
    },
    allow: (userId, application, scopes) => ({
      effect: 'consents.allow',
      data: { userId, application, scopes } satisfies Allowed,
    }),
  }
}

export const consentEffects: EffectHandlers = {
  async 'consents.allow'(tx, data, now) {
    const { userId, application, scopes } = data as Allowed
    const row = await tx
      .selectFrom('consents')
      .select('scopes')
      .where('user_id', '=', userId)
      .where('application', '=', application)
      .executeTakeFirst()
    const all = JSON.stringify([...new Set([...(row ? parseScopes(row.scopes) : []), ...scopes])])
    await tx
      .insertInto('consents')
      .values({ user_id: userId, application, scopes: all, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.columns(['user_id', 'application']).doUpdateSet({ scopes: all, updated_at: now }))
      .execute()
  },
}

/**
 * Takes back what a user allowed an application, and revokes the grants that it holds for the user, offline ones too; says whether anything was allowed.
 * `now` in epoch ms.
 */
export const withdrawConsent = async (tx: Tx, userId: string, application: string, now: number): Promise<boolean> => {
  const { numDeletedRows } = await tx
    .deleteFrom('consents')
    .where('user_id', '=', userId)
    .where('application', '=', application)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return false
  await tx
    .updateTable('grants')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('application', '=', application)
    .where('revoked_at', 'is', null)
    .execute()
  return true
}
