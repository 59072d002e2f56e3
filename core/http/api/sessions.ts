import { demand } from '../../access/caller.ts'
import { endSession } from '../../access/sessions.ts'
import { seesAll } from '../../access/visible.ts'
import { audit } from './audit.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { sessionListRoute } from './session-list.ts'

export const sessionRoutes = (parts: ApiParts): readonly Route[] => [
  sessionListRoute(parts),

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
      const row = await parts.database.sql
        .selectFrom('sessions')
        .select(['id', 'user_id', 'ended_at'])
        .where('id', '=', params.id)
        .executeTakeFirst()
      const isOwn = row?.user_id === caller.userId && !caller.limited
      if (!isOwn && !caller.permissions.has('sessions.delete') && !seesAll(caller, 'sessions'))
        throw notFound(`session ${JSON.stringify(params.id.slice(0, 40))}`)
      if (!isOwn) demand(caller, 'sessions.delete')
      if (!row || row.ended_at !== null) throw notFound(`session ${JSON.stringify(params.id.slice(0, 40))}`)
      await parts.database.transaction((tx) => endSession(tx, row.id, parts.clock.now().getTime()))
      await audit(parts.events, call, 'session.ended', { kind: 'session', id: row.id, name: row.id, more: { user: row.user_id } })
      return {}
    },
  }),
]
