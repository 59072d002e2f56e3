import type { ExpressionBuilder } from 'kysely'
import Type, { type Static } from 'typebox'
import { visible } from '../../access/visible.ts'
import type { Tables } from '../../data/tables.ts'
import { listedUsers, type ListedUser } from '../../identity/administration.ts'
import { mediaPath } from '../../media/media-path.ts'
import { emailKey, usernameKey } from '../../identity/names.ts'
import { searchUsers } from '../../identity/search.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute, type Call } from './route.ts'
import { user } from './schemas.ts'
import { searchOf } from './search.ts'
import { sorting } from './sorting.ts'

const sorts = sorting(
  { username: 'users.username_key', name: 'users.name', createdAt: 'users.created_at', updatedAt: 'users.updated_at' },
  'users.id',
  'username',
)

const query = Type.Object({
  ...pageQuery,
  search: searchOf('the user name, the name or the e-mail address'),
  username: Type.Optional(Type.String({ description: 'Exactly this user name.', maxLength: 150 })),
  email: Type.Optional(Type.String({ description: 'Exactly this e-mail address.', maxLength: 320 })),
  enabled: Type.Optional(Type.Boolean({ description: 'Only those who are enabled, or only those who are not.' })),
  group: Type.Optional(Type.String({ description: 'Only direct members of this group.', maxLength: 100 })),
  role: Type.Optional(Type.String({ description: 'Only those who have this role directly.', maxLength: 100 })),
  sort: sorts.sort,
})
type Query = Static<typeof query>

/** As the API shows it: times as text, without what only we count. */
export const shownUser = ({ version: _, avatar, createdAt, updatedAt, ...rest }: ListedUser) => ({
  ...rest,
  avatar: avatar && mediaPath(avatar),
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})

/** From so many on, the members of a group are found among the users in their order, rather than all put in order for each page. */
const largeGroup = 1000

/** Whether a user is a direct member of a group, asked in the way that is fast for its size. */
const membersOf = async ({ sql }: ApiParts['database'], slug: string) => {
  const group = sql.selectFrom('groups').select('id').where('slug', '=', slug)
  const members = sql.selectFrom('memberships').select('memberships.user_id').where('memberships.group_id', '=', group)
  const isLarge = (await members.limit(1).offset(largeGroup).executeTakeFirst()) !== undefined
  const test = (row: ExpressionBuilder<Tables, 'users'>) =>
    isLarge ? row.exists(members.where('memberships.user_id', '=', row.ref('users.id') as never)) : row('users.id', 'in', members)
  return { test }
}

/** One page of users, by the filters of a query. */
const listUsers = async ({ database, cursors }: ApiParts, call: Call<unknown, Query>) => {
  const { limit, cursor, total, sort, ...filters } = call.query
  let rows = visible(database.sql.selectFrom('users'), call.caller, 'users')
  const { search, username, email, enabled, group, role } = filters
  if (username !== undefined) rows = rows.where('users.username_key', '=', usernameKey(username))
  if (email !== undefined) rows = rows.where('users.email_key', '=', emailKey(email))
  if (enabled !== undefined) rows = rows.where('users.enabled', '=', enabled)
  if (group !== undefined) {
    const members = await membersOf(database, group)
    rows = rows.where((row) => members.test(row))
  }
  if (role !== undefined) {
    const holders = database.sql.selectFrom('role_assignments').select('subject_id').where('subject_kind', '=', 'user')
    rows = rows.where('users.id', 'in', holders.where('role', '=', role))
  }
  const list = JSON.stringify(['users', filters])
  const found = search === undefined ? undefined : await searchUsers(database, search)
  const { ids, ...page } = await pageOfIds(found ? rows.where(found.test) : rows, sorts.orderOf(sort), {
    asked: { limit, cursor, total },
    cursors,
    list,
    ...(found?.hits && { counted: rows.innerJoin(found.hits.as('found'), 'found.user_id', 'users.id') }),
  })
  return { items: (await listedUsers(database.sql, ids)).map(shownUser), ...page }
}

export const userListRoute = (parts: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/users',
    permission: 'signed-in',
    others: 'users.view',
    summary: 'List users',
    query,
    response: pageOf(user, 'Users, with the groups and roles that they have directly.'),
    handler: async (call) => ({ body: await listUsers(parts, call) }),
  })
