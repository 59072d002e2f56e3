import Type from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { listedToken, type ListedToken } from '../../access/tokens.ts'
import { visible } from '../../access/visible.ts'
import { contains } from '../../data/containing.ts'
import type { Database } from '../../data/database.ts'
import { userReferences } from '../../identity/references.ts'
import { usersNamed } from '../../identity/search.ts'
import { userQuery } from './owners.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute } from './route.ts'
import { token } from './schemas.ts'
import { searchOf } from './search.ts'
import { sorting } from './sorting.ts'

/** One without an end ends last, one that was never used was used before all others. */
const sorts = sorting(
  {
    createdAt: 'tokens.created_at',
    expiresAt: { column: 'tokens.expires_at', nulls: Number.MAX_SAFE_INTEGER },
    usedAt: { column: 'tokens.used_at', nulls: 0 },
    name: 'tokens.name',
  },
  'tokens.id',
  'createdAt',
)

/** As the API shows them: times as text, with their users. */
export const shownTokens = async ({ sql }: Database, caller: Caller, tokens: readonly ListedToken[]) => {
  const owners = await userReferences(
    sql,
    tokens.map(({ userId }) => userId),
  )
  return tokens.map(({ userId, scopes: limits, createdAt, expiresAt, usedAt, bootstrap, ...rest }) => ({
    ...rest,
    user: userId,
    owner: owners.get(userId) ?? null,
    current: rest.id === caller.token?.id,
    scopes: limits ?? null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    usedAt: usedAt?.toISOString() ?? null,
    bootstrap: bootstrap ?? null,
  }))
}

export const tokenListRoute = ({ database, cursors }: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/tokens',
    permission: 'signed-in',
    others: 'tokens.view',
    summary: 'List tokens',
    query: Type.Object({ ...pageQuery, user: userQuery, search: searchOf('its name or the name of its user'), sort: sorts.sort }),
    response: pageOf(token, 'Tokens. Their secrets were told once.'),
    async handler({ query, caller }) {
      const { user, search, sort, ...asked } = query
      let rows = visible(database.sql.selectFrom('tokens'), caller, 'tokens')
      if (user !== undefined) rows = rows.where('tokens.user_id', '=', user)
      if (search !== undefined) {
        rows = rows.where((row) =>
          row.or([contains(row, { 'tokens.name': search }), row('tokens.user_id', 'in', usersNamed(database, search))]),
        )
      }
      const list = JSON.stringify(['tokens', user, search])
      const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
      const found = ids.length > 0 ? await database.sql.selectFrom('tokens').selectAll().where('id', 'in', ids).execute() : []
      const known = new Map(found.map((row) => [row.id, listedToken(row)]))
      return {
        body: {
          items: await shownTokens(
            database,
            caller,
            ids.flatMap((id) => known.get(id) ?? []),
          ),
          ...page,
        },
      }
    },
  })
