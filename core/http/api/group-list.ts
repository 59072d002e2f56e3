import Type from 'typebox'
import { contains } from '../../data/containing.ts'
import { type ListedGroup, listedGroups, memberCounts } from '../../identity/administration.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute } from './route.ts'
import { groupWithMembers } from './schemas.ts'
import { searchOf } from './search.ts'
import { sorting } from './sorting.ts'

const sorts = sorting({ slug: 'groups.slug', name: 'groups.name' }, 'groups.id', 'slug')

/** As the API shows it: without what only we count. */
export const shownGroup = ({ version: _, ...rest }: ListedGroup) => rest

export const groupListRoute = ({ database, cursors }: ApiParts) =>
  defineRoute({
    method: 'GET',
    path: '/groups',
    permission: 'groups.view',
    summary: 'List groups',
    query: Type.Object({ ...pageQuery, search: searchOf('the slug or the name'), sort: sorts.sort }),
    response: pageOf(groupWithMembers, 'Groups, with the number of their members.'),
    async handler({ query: { search, sort, ...asked } }) {
      let rows = database.sql.selectFrom('groups')
      if (search !== undefined) rows = rows.where((row) => contains(row, { 'groups.slug': search, 'groups.name': search }))
      const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list: JSON.stringify(['groups', search]) })
      const [groups, members] = await Promise.all([listedGroups(database.sql, ids), memberCounts(database.sql, ids)])
      return { body: { items: groups.map((group) => ({ ...shownGroup(group), members: members.get(group.id) ?? 0 })), ...page } }
    },
  })
