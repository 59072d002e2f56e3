import type { Selectable, SelectQueryBuilder } from 'kysely'
import type { Database } from '../data/database.ts'
import type { Tables } from '../data/tables.ts'

/** How a job stands: due, at work, due later (by its schedule, or after a failure), given up. */
export const jobStates = ['waiting', 'running', 'scheduled', 'dead'] as const
export type JobState = (typeof jobStates)[number]

type Row = Selectable<Tables['jobs']>

/** At a moment (epoch ms): only a dead job stays what it is. */
export const jobStateOf = (row: Pick<Row, 'state' | 'locked_until' | 'run_at'>, now: number): JobState => {
  if (row.state === 'dead') return 'dead'
  if (row.locked_until > now) return 'running'
  return row.run_at > now ? 'scheduled' : 'waiting'
}

/** Of a query for jobs those that stand so at a moment (epoch ms). */
export const jobsThatAre = (
  query: SelectQueryBuilder<Tables, 'jobs', {}>,
  state: JobState,
  now: number,
): SelectQueryBuilder<Tables, 'jobs', {}> => {
  if (state === 'dead') return query.where('jobs.state', '=', 'dead')
  const alive = query.where('jobs.state', '=', 'waiting')
  if (state === 'running') return alive.where('jobs.locked_until', '>', now)
  return alive.where('jobs.locked_until', '<=', now).where('jobs.run_at', state === 'scheduled' ? '>' : '<=', now)
}

/** Gives a dead job all its tries again, from now (epoch ms) on. False if none is dead under this id. */
export const retryJob = async ({ sql }: Pick<Database, 'sql'>, id: string, now: number): Promise<boolean> => {
  const { numUpdatedRows } = await sql
    .updateTable('jobs')
    .set({ state: 'waiting', attempts: 0, run_at: now, locked_until: 0, locked_by: null })
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Deletes a dead job: one that lives may be at work at this moment. False if none is dead under this id. */
export const deleteDeadJob = async ({ sql }: Pick<Database, 'sql'>, id: string): Promise<boolean> => {
  const { numDeletedRows } = await sql.deleteFrom('jobs').where('id', '=', id).where('state', '=', 'dead').executeTakeFirst()
  return numDeletedRows > 0n
}

/** Milliseconds that a job may be due without being begun, before it is worth a look. */
const patience = 5 * 60_000

/** What is worth a look in the jobs; `fix`: what to do about it. */
export type JobTrouble = { readonly code: 'dead-jobs' | 'late-jobs'; readonly count: number; readonly detail: string; readonly fix: string }

const counted = (count: number, [one, many]: readonly [string, string]): string => `${count} ${count === 1 ? one : many}`

/** Tells of jobs that are dead, and of jobs that have been due for longer than five minutes at this moment (epoch ms). */
export const troublesOfJobs = async ({ sql }: Pick<Database, 'sql'>, now: number): Promise<readonly JobTrouble[]> => {
  const count = async (rows: SelectQueryBuilder<Tables, 'jobs', {}>) =>
    Number((await rows.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow()).n)
  const all = sql.selectFrom('jobs')
  const dead = await count(jobsThatAre(all, 'dead', now))
  const late = await count(jobsThatAre(all, 'waiting', now).where('jobs.run_at', '<', now - patience))
  const found: readonly JobTrouble[] = [
    {
      code: 'dead-jobs',
      count: dead,
      detail: `${counted(dead, ['job was', 'jobs were'])} given up after the last try`,
      fix: 'read its error in the console (System, Background jobs) or at GET /api/v1/jobs?state=dead, then try it again or delete it',
    },
    {
      code: 'late-jobs',
      count: late,
      detail: `${counted(late, ['job has', 'jobs have'])} been due for more than 5 minutes`,
      fix: 'see whether the servers run and know that kind of job; the log tells what they fail at',
    },
  ]
  return found.filter((trouble) => trouble.count > 0)
}
