import type { Clock } from '../api/index.ts'
import type { Database } from '../data/database.ts'

const day = 24 * 3600 * 1000
/** How long ended sessions, dead grants and the ids of closed runs are kept: longer than any run or code lives. */
const kept = 7 * day
/** How long browsers keep a cookie, in ms. */
export const browserLifetime = 400 * day
/** Rows in one statement, so that nobody waits long for it. */
const batch = 500

/** Deletes what is long over, in batches, and returns how many rows. To be called now and then. */
export const pruneAccess = async ({ sql }: Database, clock: Clock): Promise<number> => {
  const now = clock.now().getTime()
  const over = now - kept
  // A grant may outlive its session by far; what the sign-in was is asked as long as it does.
  const sessions = sql
    .selectFrom('sessions')
    .select('id')
    .where('expires_at', '<', over)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('grants').select('grants.id').whereRef('grants.session_id', '=', 'sessions.id').where('grants.expires_at', '>=', over),
        ),
      ),
    )
  const grants = sql.selectFrom('grants').select('id').where('expires_at', '<', over)
  const runs = sql.selectFrom('closed_runs').select('id').where('closed_at', '<', over)
  const browsers = sql
    .selectFrom('browsers')
    .select('id')
    .where('seen_at', '<', now - browserLifetime)
  const deletions = [
    sql.deleteFrom('sessions').where('id', 'in', sessions.limit(batch)),
    sql.deleteFrom('grants').where('id', 'in', grants.limit(batch)),
    sql.deleteFrom('closed_runs').where('id', 'in', runs.limit(batch)),
    sql.deleteFrom('browsers').where('id', 'in', browsers.limit(batch)),
  ]
  let deleted = 0
  for (const deletion of deletions) {
    let last = batch
    while (last === batch) {
      last = Number((await deletion.executeTakeFirst()).numDeletedRows)
      deleted += last
    }
  }
  return deleted
}
