import Type from 'typebox'
import { permissions } from '../../access/permissions.ts'
import { listedUsers } from '../../identity/administration.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { nullable, user } from './schemas.ts'
import { shownUser } from './user-list.ts'

export const meRoutes = ({ database }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/me',
    permission: 'signed-in',
    summary: 'Show who you are and what you may do',
    response: Type.Object({
      user,
      token: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
      sessionId: nullable(Type.String({ description: 'Of this browser, if you did not send a token.' })),
      permissions: Type.Array(Type.String(), { description: 'What you may do now, with this token if you sent one.' }),
    }),
    async handler({ caller }) {
      const [known] = await listedUsers(database.sql, [caller.userId])
      if (!known) throw notFound('user of this session')
      const own = permissions.filter((permission) => caller.permissions.has(permission))
      return { body: { user: shownUser(known), token: caller.token ?? null, sessionId: caller.sessionId ?? null, permissions: own } }
    },
  }),
]
