import type { Selectable } from 'kysely'
import Type from 'typebox'
import type { Tables } from '../../data/tables.ts'
import { deleteDeadJob, jobsThatAre, jobStateOf, jobStates, retryJob } from '../../jobs/look.ts'
import { audit } from './audit.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { defineRoute, type Call, type Route } from './route.ts'
import { instant, nullable } from './schemas.ts'
import { sorting } from './sorting.ts'

const job = Type.Object({
  id: Type.String(),
  kind: Type.String({ description: 'What is done.' }),
  state: Type.Enum([...jobStates], { description: 'Due; at work; due later, by its schedule or after a failure; given up.' }),
  recurring: Type.Boolean({ description: 'Does it come back after it ran?' }),
  attempts: Type.Integer({ description: 'Tries that have begun.' }),
  runAt: instant('From when on it is due.'),
  createdAt: instant('When it was added.'),
  lastError: nullable(Type.String({ description: 'Why its last try failed; null: none did.' })),
})

const sorts = sorting({ createdAt: 'jobs.created_at', runAt: 'jobs.run_at' }, 'jobs.id', '-createdAt')

/** What a job is about (`data`) is told to nobody: it may tell of people, and no kind says that it does not. */
const shownJob = (row: Selectable<Tables['jobs']>, now: number) => ({
  id: row.id,
  kind: row.kind,
  state: jobStateOf(row, now),
  recurring: Boolean(row.scheduled),
  attempts: row.attempts,
  runAt: new Date(row.run_at).toISOString(),
  createdAt: new Date(row.created_at).toISOString(),
  lastError: row.last_error,
})

const listRoute = ({ database, clock, cursors }: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/jobs',
    permission: 'jobs.view',
    summary: 'List background jobs',
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(Type.Enum([...jobStates], { description: 'Only those that stand so.' })),
      kind: Type.Optional(Type.String({ description: 'Only of this kind.', maxLength: 200 })),
      sort: sorts.sort,
    }),
    response: pageOf(job, 'Jobs that are not done. What is done is gone.'),
    async handler({ query: { state, kind, sort, ...asked } }) {
      const now = clock.now().getTime()
      let rows = database.sql.selectFrom('jobs')
      if (state !== undefined) rows = jobsThatAre(rows, state, now)
      if (kind !== undefined) rows = rows.where('jobs.kind', '=', kind)
      const list = JSON.stringify(['jobs', state, kind])
      const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
      const found = ids.length > 0 ? await database.sql.selectFrom('jobs').selectAll().where('id', 'in', ids).execute() : []
      const known = new Map(found.map((row) => [row.id, shownJob(row, now)]))
      return { body: { items: ids.flatMap((id) => known.get(id) ?? []), ...page } }
    },
  })

export const jobRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events } = parts
  const find = async (id: string) => {
    const row = await database.sql.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw notFound(`job ${JSON.stringify(id.slice(0, 40))}`)
    return row
  }
  /** The job was not dead at the moment that counts: gone, or alive. */
  const refuse = async (id: string): Promise<never> => {
    const row = await find(id)
    const state = jobStateOf(row, clock.now().getTime())
    const detail = `The job ${JSON.stringify(row.kind)} is ${state}: only dead jobs can be retried or deleted. Wait until it is done, or has used up its tries.`
    throw new ApiProblem(409, 'not-dead', detail)
  }
  const written = ({ id, kind }: { readonly id: string; readonly kind: string }) => ({ kind: 'job', id, name: kind })

  return [
    listRoute(parts),

    defineRoute({
      method: 'GET',
      path: '/jobs/:id',
      permission: 'jobs.view',
      summary: 'Show a background job',
      response: job,
      handler: async ({ params }) => ({ body: shownJob(await find(params.id), clock.now().getTime()) }),
    }),

    defineRoute({
      method: 'POST',
      path: '/jobs/:id/retry',
      permission: 'jobs.manage',
      summary: 'Try a dead job again',
      description: 'With all its tries. 409 `not-dead` where it is not dead.',
      response: undefined,
      async handler(call: Call) {
        const row = await find(call.params.id)
        if (!(await retryJob(database, row.id, clock.now().getTime()))) await refuse(row.id)
        await audit(events, call, 'job.retried', written(row))
        return {}
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/jobs/:id',
      permission: 'jobs.manage',
      summary: 'Delete a dead job',
      description: 'What it was to do is never done. 409 `not-dead` where it is not dead.',
      response: undefined,
      async handler(call: Call) {
        const row = await find(call.params.id)
        if (!(await deleteDeadJob(database, row.id))) await refuse(row.id)
        await audit(events, call, 'job.deleted', written(row))
        return {}
      },
    }),
  ]
}
