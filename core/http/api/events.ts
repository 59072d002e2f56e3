import { sql, type Selectable } from 'kysely'
import Type from 'typebox'
import type { Json } from '../../api/index.ts'
import type { Caller } from '../../access/caller.ts'
import { seesAll } from '../../access/visible.ts'
import type { Database } from '../../data/database.ts'
import type { Tables } from '../../data/tables.ts'
import { sealedUpTo } from '../../events/last-seal.ts'
import { firstIdAt } from '../../events/ids.ts'
import { shownEvents } from '../../events/shown.ts'
import { eventFilters, findEvent, findEvents } from './event-filters.ts'
import { defaultLimit, pageOf, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { event, instant, nullable } from './schemas.ts'

const { total: _, ...pages } = pageQuery
const countedDays = 30

/** Why somebody was refused is for operators: it repeats policies, networks and what is kept of the user. */
const forOperators = new Set(['reasons', 'failed'])

const withoutReasons = (detail: Json): Json =>
  typeof detail !== 'object' || detail === null || Array.isArray(detail)
    ? detail
    : Object.fromEntries(Object.entries(detail).filter(([name]) => !forOperators.has(name)))

/** As the API shows them to a caller, with the names of their users. */
const shownTo = async (database: Database, caller: Caller, rows: readonly Selectable<Tables['events']>[]) => {
  const events = await shownEvents(database, rows)
  return seesAll(caller, 'events') ? events : events.map((one) => ({ ...one, detail: withoutReasons(one.detail) }))
}

/** Every action that was ever recorded, found by steps through its index, with how often it was of late. */
const countActions = async (database: Database, since: number) => {
  const { rows } = await sql<{ readonly action: string; readonly count: number | string }>`
    with recursive known(action) as (
      select min(action) from events
      union all
      select (select min(events.action) from events where events.action > known.action) from known where known.action is not null
    )
    select action, (select count(*) from events where events.action = known.action and events.id >= ${firstIdAt(since)}) as count
    from known where action is not null order by action`.execute(database.sql)
  return rows.map(({ action, count }) => ({ action, count: Number(count) }))
}

export const eventRoutes = ({ events, cursors, database, clock }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/events',
    permission: 'signed-in',
    others: 'events.view',
    summary: 'List audit events',
    query: Type.Object({ ...pages, ...eventFilters.properties }),
    response: pageOf(event, 'Events, the newest first.'),
    async handler({ query: { limit = defaultLimit, cursor, ...filters }, caller }) {
      await events.flush()
      const list = JSON.stringify(['events', filters])
      const before = cursor === undefined ? undefined : String(cursors.read(list, cursor).id)
      const { rows, goOn } = await findEvents(database, caller, filters, { before, limit })
      const shown = rows.slice(0, limit)
      const last = rows.length > limit ? shown.at(-1)?.id : goOn
      const next = last === undefined ? null : cursors.write(list, { value: last, id: last })
      return { body: { items: await shownTo(database, caller, shown), next } }
    },
  }),

  defineRoute({
    method: 'GET',
    path: '/events/actions',
    permission: 'events.view',
    summary: 'List the actions that there are events of',
    response: Type.Object({
      items: Type.Array(
        Type.Object({ action: Type.String(), count: Type.Integer({ description: `How many in the last ${countedDays} days.` }) }),
      ),
    }),
    async handler() {
      await events.flush()
      return { body: { items: await countActions(database, clock.now().getTime() - countedDays * 86_400_000) } }
    },
  }),

  defineRoute({
    method: 'GET',
    path: '/events/seal',
    permission: 'events.view',
    summary: 'Show how far the audit log is sealed',
    description: 'The last seal, to be noted elsewhere. Whether the log is as it was sealed is found out by `sluice audit verify` alone.',
    response: Type.Object({
      last: nullable(
        Type.Object({
          number: Type.Integer({ description: 'Seals are counted from 1.' }),
          hash: Type.String({ description: 'What `sluice audit verify` calls the last seal.' }),
          newest: instant('Of the newest event in it.'),
        }),
      ),
      unsealed: Type.Integer({ description: 'Events that no seal covers yet.' }),
    }),
    async handler() {
      await events.flush()
      const { last, unsealed } = await sealedUpTo(database)
      return { body: { last: last && { ...last, newest: new Date(last.newest).toISOString() }, unsealed } }
    },
  }),

  defineRoute({
    method: 'GET',
    path: '/events/:id',
    permission: 'signed-in',
    others: 'events.view',
    summary: 'Show an audit event',
    description:
      'What a `configuration.changed` of `detail.revision` changed, field by field, is told by `/configuration/diff` from the revision before it.',
    response: event,
    async handler({ params, caller }) {
      await events.flush()
      const row = await findEvent(database, caller, params.id)
      if (!row) throw notFound(`event ${JSON.stringify(params.id.slice(0, 40))}`)
      return { body: (await shownTo(database, caller, [row]))[0] }
    },
  }),
]
