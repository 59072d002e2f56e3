import Type from 'typebox'
import type { Json } from '../../api/index.ts'
import { seesAll } from '../../access/visible.ts'
import { userReferences } from '../../identity/references.ts'
import { pageOf, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute, type Route } from './route.ts'
import { event } from './schemas.ts'

const { total: _, ...query } = pageQuery

/** Why somebody was refused is for operators: it repeats policies, networks and what is kept of the user. */
const forOperators = new Set(['reasons', 'failed'])

const withoutReasons = (detail: Json): Json =>
  typeof detail !== 'object' || detail === null || Array.isArray(detail)
    ? detail
    : Object.fromEntries(Object.entries(detail).filter(([name]) => !forOperators.has(name)))

export const eventRoutes = ({ events, cursors, database }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/events',
    permission: 'signed-in',
    others: 'events.view',
    summary: 'List audit events',
    query: Type.Object({
      ...query,
      action: Type.Optional(Type.String({ description: 'Only these, e.g. `user.updated`.', maxLength: 100 })),
      user: Type.Optional(Type.String({ description: 'Only what this user did: an id.', maxLength: 40 })),
    }),
    response: pageOf(event, 'Events, the newest first.'),
    async handler({ query: { limit = 50, cursor, action, user }, caller }) {
      const all = seesAll(caller, 'events')
      const userId = all ? user : caller.userId
      const list = JSON.stringify(['events', action, user])
      const before = cursor === undefined ? undefined : String(cursors.read(list, cursor).id)
      // Of somebody else's there is nothing to see.
      if (user !== undefined && user !== userId) return { body: { items: [], next: null } }
      const found = await events.listEvents({
        limit: limit + 1,
        ...(before !== undefined && { before }),
        ...(action !== undefined && { action }),
        ...(userId !== undefined && { userId }),
      })
      const shown = found.slice(0, limit)
      const last = shown.at(-1)
      const users = await userReferences(
        database.sql,
        shown.map((one) => one.userId),
      )
      return {
        body: {
          items: shown.map(({ id, at, action: what, userId: who, application, ip, userAgent, requestId, detail }) => ({
            id,
            at: at.toISOString(),
            action: what,
            user: who ?? null,
            userName: users.get(who ?? '')?.username ?? null,
            application: application ?? null,
            ip,
            userAgent,
            request: requestId ?? null,
            detail: all ? detail : withoutReasons(detail),
          })),
          next: found.length > limit && last ? cursors.write(list, { value: last.id, id: last.id }) : null,
        },
      }
    },
  }),
]
