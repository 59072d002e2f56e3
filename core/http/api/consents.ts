import { sql } from 'kysely'
import Type from 'typebox'
import { mustBeOwnOr } from '../../access/caller.ts'
import { parseScopes, withdrawConsent } from '../../access/consents.ts'
import { seesAll, visible } from '../../access/visible.ts'
import { userReferences } from '../../identity/references.ts'
import { audit } from './audit.ts'
import { userQuery } from './owners.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { instant, owner } from './schemas.ts'
import { sorting } from './sorting.ts'

/** A consent is told by its user and its application; `.` stands in neither a user's id nor a slug. */
const id = sql<string>`(consents.user_id || '.' || consents.application)`
const sorts = sorting(
  { createdAt: 'consents.created_at', updatedAt: 'consents.updated_at', application: 'consents.application' },
  id,
  '-updatedAt',
)

const consent = Type.Object({
  id: Type.String(),
  user: Type.String({ description: "Its user's id." }),
  owner,
  application: Type.String({ description: 'Slug.' }),
  name: Type.String({ description: 'What people call the application; its slug where it is not there any more.' }),
  scopes: Type.Array(Type.String(), { description: 'What was allowed.' }),
  createdAt: instant('When something was allowed first.'),
  updatedAt: instant('When something was allowed last.'),
})

export const consentRoutes = ({ database, clock, events, cursors }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/consents',
    permission: 'signed-in',
    others: 'consents.view',
    summary: 'List what users allowed applications',
    query: Type.Object({
      ...pageQuery,
      user: userQuery,
      application: Type.Optional(Type.String({ description: 'Only those for this application: a slug.', maxLength: 100 })),
      sort: sorts.sort,
    }),
    response: pageOf(consent, 'Consents that users gave themselves.'),
    async handler({ query: { user, application, sort, ...asked }, caller, snapshot }) {
      let rows = visible(database.sql.selectFrom('consents'), caller, 'consents')
      if (user !== undefined) rows = rows.where('consents.user_id', '=', user)
      if (application !== undefined) rows = rows.where('consents.application', '=', application)
      const list = JSON.stringify(['consents', user, application])
      const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
      const found = ids.length > 0 ? await database.sql.selectFrom('consents').selectAll().where(id, 'in', ids).execute() : []
      const known = new Map(found.map((row) => [`${row.user_id}.${row.application}`, row]))
      const owners = await userReferences(
        database.sql,
        found.map((row) => row.user_id),
      )
      const items = ids
        .flatMap((key) => known.get(key) ?? [])
        .map((row) => ({
          id: `${row.user_id}.${row.application}`,
          user: row.user_id,
          owner: owners.get(row.user_id) ?? null,
          application: row.application,
          name: snapshot.applications.get(row.application)?.name ?? row.application,
          scopes: parseScopes(row.scopes),
          createdAt: new Date(row.created_at).toISOString(),
          updatedAt: new Date(row.updated_at).toISOString(),
        }))
      return { body: { items, ...page } }
    },
  }),

  defineRoute({
    method: 'DELETE',
    path: '/consents/:id',
    permission: 'signed-in',
    others: 'consents.delete',
    summary: 'Take back what was allowed an application',
    description: 'And revoke what the application holds for that user. It asks again.',
    response: undefined,
    async handler(call) {
      const { caller, params } = call
      const [userId = '', application = ''] = params.id.split('.')
      const gone = () => notFound(`consent ${JSON.stringify(params.id.slice(0, 150))}`)
      if (userId !== caller.userId && !caller.permissions.has('consents.delete') && !seesAll(caller, 'consents')) throw gone()
      mustBeOwnOr(caller, userId, 'consents.delete')
      const isWithdrawn = await database.transaction((tx) => withdrawConsent(tx, userId, application, clock.now().getTime()))
      if (!isWithdrawn) throw gone()
      await audit(events, call, 'consent.withdrawn', { kind: 'consent', id: params.id, name: application, more: { user: userId } })
      return {}
    },
  }),
]
