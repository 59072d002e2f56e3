import type { Database } from '../data/database.ts'

/** One claim: whose name the lease carries, and until when (epoch ms). */
type Lease = { readonly by: string; readonly until: number }
type Held = { readonly id: string; readonly by: string }

/** What the runner does to the table. Times are epoch milliseconds. */
export const jobStatements = ({ sql, skipLocked }: Database) => {
  /** A row, as long as this claim has it. */
  const held = ({ id, by }: Held) => sql.updateTable('jobs').where('id', '=', id).where('locked_by', '=', by)
  return {
    /** Takes up to `most` that are due: atomic, so no two runners get one. On PostgreSQL they pass by the rows that another takes at that moment. */
    claim(kinds: readonly string[], now: number, most: number, { by, until }: Lease) {
      const due = sql
        .selectFrom('jobs')
        .select('id')
        .where('state', '=', 'waiting')
        .where('run_at', '<=', now)
        .where('locked_until', '<=', now)
        .where('kind', 'in', kinds)
        .orderBy('run_at')
        .orderBy('id')
        .limit(most)
      return sql
        .updateTable('jobs')
        .set((old) => ({
          locked_by: by,
          locked_until: until,
          attempts: old('attempts', '+', 1),
          unique_key: old.case().when('scheduled', '=', true).then(old.ref('unique_key')).end(),
        }))
        .where('id', 'in', skipLocked ? due.forUpdate().skipLocked() : due)
        .returning(['id', 'kind', 'data', 'attempts', 'scheduled'])
        .execute()
    },
    async renew(one: Held, until: number): Promise<boolean> {
      const { numUpdatedRows } = await held(one).set({ locked_until: until }).executeTakeFirst()
      return numUpdatedRows > 0n
    },
    /** A schedule that is due later than `latest` is due now. */
    bringBack: (kind: string, { now, latest }: { readonly now: number; readonly latest: number }) =>
      sql
        .updateTable('jobs')
        .set({ run_at: now })
        .where('kind', '=', kind)
        .where('scheduled', '=', true)
        .where('state', '=', 'waiting')
        .where('locked_until', '<=', now)
        .where('run_at', '>', latest)
        .execute(),
    finish: ({ id, by }: Held) => sql.deleteFrom('jobs').where('id', '=', id).where('locked_by', '=', by).execute(),
    /** Waits again: after a failure, or for the next time of its schedule. */
    again: (one: Held, runAt: number, attempts: number, error: string | null) =>
      held(one).set({ locked_by: null, locked_until: 0, run_at: runAt, attempts, last_error: error }).execute(),
    /** False where the lease was lost: then it is another's to say. */
    async bury(one: Held, error: string): Promise<boolean> {
      const { numUpdatedRows } = await held(one)
        .set({ locked_by: null, locked_until: 0, state: 'dead', last_error: error })
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}
