import Type from 'typebox'
import { methodsOf } from '../../access/browsers.ts'
import { demand } from '../../access/caller.ts'
import { endSession, readProofs } from '../../access/sessions.ts'
import { seesAll, visible } from '../../access/visible.ts'
import { audit } from './audit.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { session } from './schemas.ts'

export const sessionRoutes = ({ database, clock, events, cursors }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/sessions',
    permission: 'signed-in',
    others: 'sessions.view',
    summary: 'List sessions that are open',
    query: Type.Object({
      ...pageQuery,
      user: Type.Optional(Type.String({ description: 'Only those of this user: an id.', maxLength: 40 })),
    }),
    response: pageOf(session, 'Sessions, the newest first.'),
    async handler({ query, caller }) {
      const { user, ...asked } = query
      let rows = visible(database.sql.selectFrom('sessions'), caller, 'sessions')
        .where('sessions.ended_at', 'is', null)
        .where('sessions.expires_at', '>', clock.now().getTime())
      if (user !== undefined) rows = rows.where('sessions.user_id', '=', user)
      const order = { column: 'sessions.created_at', id: 'sessions.id', descending: true }
      const { ids, ...page } = await pageOfIds(rows, order, { asked, cursors, list: JSON.stringify(['sessions', user]) })
      const found = ids.length > 0 ? await database.sql.selectFrom('sessions').selectAll().where('id', 'in', ids).execute() : []
      const known = new Map(found.map((row) => [row.id, row]))
      const items = ids.flatMap((id) => {
        const row = known.get(id)
        return row
          ? {
              id,
              user: row.user_id,
              methods: methodsOf(readProofs(row.proofs)),
              authenticatedAt: new Date(row.authenticated_at).toISOString(),
              createdAt: new Date(row.created_at).toISOString(),
              expiresAt: new Date(row.expires_at).toISOString(),
              seenAt: new Date(row.seen_at).toISOString(),
              ip: row.ip,
              userAgent: row.user_agent,
            }
          : []
      })
      return { body: { items, ...page } }
    },
  }),

  defineRoute({
    method: 'DELETE',
    path: '/sessions/:id',
    permission: 'signed-in',
    others: 'sessions.delete',
    summary: 'End a session',
    description: 'And the grants that were given in it, apart from those for offline use.',
    response: undefined,
    async handler(call) {
      const { caller, params } = call
      const row = await database.sql
        .selectFrom('sessions')
        .select(['id', 'user_id', 'ended_at'])
        .where('id', '=', params.id)
        .executeTakeFirst()
      const isOwn = row?.user_id === caller.userId && !caller.limited
      if (!isOwn && !caller.permissions.has('sessions.delete') && !seesAll(caller, 'sessions'))
        throw notFound(`session ${JSON.stringify(params.id.slice(0, 40))}`)
      if (!isOwn) demand(caller, 'sessions.delete')
      if (!row || row.ended_at !== null) throw notFound(`session ${JSON.stringify(params.id.slice(0, 40))}`)
      await database.transaction((tx) => endSession(tx, row.id, clock.now().getTime()))
      await audit(events, call, 'session.ended', { kind: 'session', id: row.id, name: row.id, more: { user: row.user_id } })
      return {}
    },
  }),
]
