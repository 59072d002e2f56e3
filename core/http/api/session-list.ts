import Type from 'typebox'
import { methodsOf } from '../../access/browsers.ts'
import { readProofs } from '../../access/sessions.ts'
import { visible } from '../../access/visible.ts'
import { contains } from '../../data/containing.ts'
import { userReferences } from '../../identity/references.ts'
import { usersNamed } from '../../identity/search.ts'
import { userQuery } from './owners.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute } from './route.ts'
import { session } from './schemas.ts'
import { searchOf } from './search.ts'
import { sorting } from './sorting.ts'

const sorts = sorting(
  { createdAt: 'sessions.created_at', expiresAt: 'sessions.expires_at', seenAt: 'sessions.seen_at' },
  'sessions.id',
  '-createdAt',
)

export const sessionListRoute = ({ database, clock, cursors }: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/sessions',
    permission: 'signed-in',
    others: 'sessions.view',
    summary: 'List sessions that are open',
    query: Type.Object({
      ...pageQuery,
      user: userQuery,
      search: searchOf('the address, the browser or the name of the user'),
      sort: sorts.sort,
    }),
    response: pageOf(session, 'Sessions.'),
    async handler({ query, caller }) {
      const { user, search, sort, ...asked } = query
      let rows = visible(database.sql.selectFrom('sessions'), caller, 'sessions')
        .where('sessions.ended_at', 'is', null)
        .where('sessions.expires_at', '>', clock.now().getTime())
      if (user !== undefined) rows = rows.where('sessions.user_id', '=', user)
      if (search !== undefined) {
        rows = rows.where((row) =>
          row.or([
            contains(row, { 'sessions.ip': search, 'sessions.user_agent': search }),
            row('sessions.user_id', 'in', usersNamed(database, search)),
          ]),
        )
      }
      const list = JSON.stringify(['sessions', user, search])
      const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
      const found = ids.length > 0 ? await database.sql.selectFrom('sessions').selectAll().where('id', 'in', ids).execute() : []
      const known = new Map(found.map((row) => [row.id, row]))
      const owners = await userReferences(
        database.sql,
        found.map((row) => row.user_id),
      )
      const items = ids
        .flatMap((id) => known.get(id) ?? [])
        .map((row) => ({
          id: row.id,
          user: row.user_id,
          owner: owners.get(row.user_id) ?? null,
          current: row.id === caller.sessionId,
          methods: methodsOf(readProofs(row.proofs)),
          authenticatedAt: new Date(row.authenticated_at).toISOString(),
          createdAt: new Date(row.created_at).toISOString(),
          expiresAt: new Date(row.expires_at).toISOString(),
          seenAt: new Date(row.seen_at).toISOString(),
          ip: row.ip,
          userAgent: row.user_agent,
        }))
      return { body: { items, ...page } }
    },
  })
