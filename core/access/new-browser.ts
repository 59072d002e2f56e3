import type { Tx } from '../data/tables.ts'
import { browserLifetime } from './prune.ts'

/**
 * Is a user about to sign in at a browser that does not know them? To be asked before the browser does. The first sign-in of a new account is at
 * none that could surprise anybody; of an account that is older than browsers are remembered, nobody knows whether it is the first.
 */
export const isNewBrowser = async (tx: Tx, browserId: string, userId: string, now: number): Promise<boolean> => {
  const found = await tx
    .selectFrom('users')
    .select(({ exists, selectFrom }) => {
      const browsers = selectFrom('browser_users').select('browser_users.user_id').whereRef('browser_users.user_id', '=', 'users.id')
      return [
        'users.created_at',
        exists(browsers).as('anywhere'),
        exists(browsers.where('browser_users.browser_id', '=', browserId)).as('here'),
      ]
    })
    .where('users.id', '=', userId)
    .executeTakeFirst()
  if (!found || found.here) return false
  return Boolean(found.anywhere) || found.created_at < now - browserLifetime
}
