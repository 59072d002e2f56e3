import { createHash } from 'node:crypto'
import { sql as expression } from 'kysely'
import Type from 'typebox'
import { mustBeOwnOr } from '../../access/caller.ts'
import { seesAll, visible } from '../../access/visible.ts'
import { distrustBrowsers } from '../../identity/devices.ts'
import { userReferences } from '../../identity/references.ts'
import { audit } from './audit.ts'
import { userQuery } from './owners.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { notFound } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { trustedBrowser } from './schemas.ts'
import { sorting } from './sorting.ts'

/** Within the house alone: it holds the browser's id, by which cookies begin. `.` stands in neither. */
const key = expression<string>`(browser_users.user_id || '.' || browser_users.browser_id)`
const sorts = sorting({ since: 'browser_users.trusted_at', until: 'browser_users.trusted_until' }, key, '-since')

/** What callers know it by: tells nothing of the browser's id. */
const idOf = (userId: string, browserId: string): string =>
  `${userId}.${createHash('sha256').update(`trusted browser ${userId} ${browserId}`).digest('base64url').slice(0, 22)}`

/** Browsers at which users are asked for no second factor. */
export const trustedBrowserRoutes = ({ database, clock, events, cursors }: ApiParts): readonly Route[] => {
  const { sql } = database
  const browserOf = async (sessionId: string | undefined): Promise<string | undefined> =>
    sessionId === undefined
      ? undefined
      : (await sql.selectFrom('sessions').select('browser_id').where('id', '=', sessionId).executeTakeFirst())?.browser_id

  return [
    defineRoute({
      method: 'GET',
      path: '/trusted-browsers',
      permission: 'signed-in',
      others: 'devices.view',
      summary: 'List browsers at which users are asked for no second factor',
      query: Type.Object({ ...pageQuery, user: userQuery, sort: sorts.sort }),
      response: pageOf(trustedBrowser, 'Browsers that are trusted now.'),
      async handler({ query: { user, sort, ...asked }, caller }) {
        let rows = visible(sql.selectFrom('browser_users'), caller, 'browser_users').where(
          'browser_users.trusted_until',
          '>',
          clock.now().getTime(),
        )
        if (user !== undefined) rows = rows.where('browser_users.user_id', '=', user)
        const list = JSON.stringify(['trusted-browsers', user])
        const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
        const found = ids.length > 0 ? await sql.selectFrom('browser_users').selectAll().where(key, 'in', ids).execute() : []
        const known = new Map(found.map((row) => [`${row.user_id}.${row.browser_id}`, row]))
        const owners = await userReferences(
          sql,
          found.map((row) => row.user_id),
        )
        const here = await browserOf(caller.sessionId)
        const items = ids
          .flatMap((one) => known.get(one) ?? [])
          .map((row) => ({
            id: idOf(row.user_id, row.browser_id),
            user: row.user_id,
            owner: owners.get(row.user_id) ?? null,
            current: row.browser_id === here,
            userAgent: row.user_agent ?? '',
            since: new Date(row.trusted_at ?? 0).toISOString(),
            until: new Date(row.trusted_until ?? 0).toISOString(),
          }))
        return { body: { items, ...page } }
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/trusted-browsers/:id',
      permission: 'signed-in',
      others: 'devices.delete',
      summary: 'Trust a browser no more',
      description: 'The user is asked for a second factor there at the next sign-in.',
      response: undefined,
      async handler(call) {
        const { caller, params } = call
        const [userId = ''] = params.id.split('.')
        const gone = () => notFound(`trusted browser ${JSON.stringify(params.id.slice(0, 80))}`)
        if (userId !== caller.userId && !caller.permissions.has('devices.delete') && !seesAll(caller, 'browser_users')) throw gone()
        mustBeOwnOr(caller, userId, 'devices.delete')
        const row = await database.transaction(async (tx) => {
          const rows = await tx
            .selectFrom('browser_users')
            .select(['browser_id', 'user_agent'])
            .where('user_id', '=', userId)
            .where('trusted_until', '>', clock.now().getTime())
            .execute()
          const found = rows.find(({ browser_id: browser }) => idOf(userId, browser) === params.id)
          if (!found) throw gone()
          await distrustBrowsers(tx, userId, found.browser_id)
          return found
        })
        const name = row.user_agent ?? ''
        await audit(events, call, 'browser.distrusted', { kind: 'trusted-browser', id: params.id, name, more: { user: userId } })
        return {}
      },
    }),
  ]
}
