import Type from 'typebox'
import { lineOfText } from '../../api/index.ts'
import { type Caller, demand } from '../../access/caller.ts'
import { conferral } from '../../access/conferral.ts'
import type { Factors } from '../../access/factors.ts'
import { seesAll, visible } from '../../access/visible.ts'
import type { Tx } from '../../data/tables.ts'
import type { ListedDevice } from '../../identity/described.ts'
import { removeDevices } from '../../identity/devices.ts'
import { userReferences } from '../../identity/references.ts'
import { audit, type Written } from './audit.ts'
import { foundUser } from './changing-users.ts'
import { mustHaveShown, mustProveOneself } from './own-account.ts'
import { userQuery } from './owners.ts'
import { pageOf, pageOfIds, pageQuery } from './paging.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { device } from './schemas.ts'
import { sorting } from './sorting.ts'

const sorts = sorting(
  { createdAt: 'devices.created_at', lastUsedAt: { column: 'devices.last_used_at', nulls: 0 } },
  'devices.id',
  'createdAt',
)

type Row = { readonly id: string; readonly user_id: string; readonly kind: string; readonly name: string }

const gone = (id: string) => notFound(`device ${JSON.stringify(id.slice(0, 40))}`)

const rowsOf = (tx: Tx, userId: string): Promise<Row[]> =>
  tx.selectFrom('devices').select(['id', 'user_id', 'kind', 'name']).where('user_id', '=', userId).execute()

const isOwn = ({ userId, limited }: Caller, row: Pick<Row, 'user_id'>): boolean => row.user_id === userId && !limited

const refOf = ({ id, kind, name, user_id: user }: Row): Written => ({
  kind: 'device',
  id,
  name: name || kind,
  more: { authenticator: kind, user },
})

/** Nobody leaves themselves without a second factor where everybody needs one. */
const mustKeepOne = ({ require, authenticators }: Factors, removed: Row, others: readonly Row[], broken: ReadonlySet<string>): void => {
  const counts = ({ kind }: Row): boolean => authenticators.has(kind) && !authenticators.get(kind)?.authenticator.backup
  if (require && counts(removed) && !others.some((row) => counts(row) && !broken.has(row.id)))
    throw new ApiProblem(
      409,
      'second-factor-required',
      'Everybody needs a second factor here, and this is the only one you have. Set up another one first, then remove this one.',
    )
}

/** Devices: what users have enrolled with authenticators. */
export const deviceRoutes = ({ database, clock, events, cursors, devices, catalog, notices, say }: ApiParts): readonly Route[] => {
  const { sql } = database
  const isBackup = (kind: string): boolean => catalog.authenticators.get(kind)?.backup ?? false

  const isBroken = (one: ListedDevice): boolean => devices.described(one, catalog.authenticators.get(one.kind)).broken !== undefined
  const shown = async (listed: readonly ListedDevice[], { snapshot, request: { locale } }: Call) => {
    const owners = await userReferences(
      sql,
      listed.map(({ userId }) => userId),
    )
    return listed.map((one) => {
      const label = catalog.authenticators.get(one.kind)?.label
      const { description, broken = null } = devices.described(one, catalog.authenticators.get(one.kind))
      return {
        id: one.id,
        user: one.userId,
        owner: owners.get(one.userId) ?? null,
        kind: one.kind,
        label: label ? say(label, locale) : one.kind,
        name: one.name,
        description: description ? say(description, locale) : null,
        enabled: snapshot.factors.authenticators.has(one.kind),
        isBackup: isBackup(one.kind),
        broken,
        createdAt: one.createdAt.toISOString(),
        lastUsedAt: one.lastUsedAt?.toISOString() ?? null,
      }
    })
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/devices',
      permission: 'signed-in',
      others: 'devices.view',
      summary: 'List what users have set up to prove who they are',
      description: 'Without secrets. `GET /me/authenticators` says what can be set up.',
      query: Type.Object({ ...pageQuery, user: userQuery, sort: sorts.sort }),
      response: pageOf(device, 'Devices, with texts in your language.'),
      async handler(call) {
        const { user, sort, ...asked } = call.query
        let rows = visible(sql.selectFrom('devices'), call.caller, 'devices')
        if (user !== undefined) rows = rows.where('devices.user_id', '=', user)
        const list = JSON.stringify(['devices', user])
        const { ids, ...page } = await pageOfIds(rows, sorts.orderOf(sort), { asked, cursors, list })
        return { body: { items: await shown(await devices.listed(ids), call), ...page } }
      },
    }),

    defineRoute({
      method: 'PATCH',
      path: '/devices/:id',
      permission: 'signed-in',
      summary: 'Rename a device of your own',
      description: 'A token with scopes needs `devices.delete`.',
      body: Type.Object({ name: lineOfText({ description: 'As you tell it from others.', minLength: 1, maxLength: 100 }) }),
      response: device,
      async handler(call) {
        const { caller, params, body } = call
        if (caller.limited) demand(caller, 'devices.delete')
        const before = await database.transaction(async (tx) => {
          const row = (await rowsOf(tx, caller.userId)).find(({ id }) => id === params.id)
          if (!row) throw gone(params.id)
          await tx.updateTable('devices').set({ name: body.name }).where('id', '=', row.id).execute()
          return row
        })
        await audit(events, call, 'authenticator.renamed', { ...refOf({ ...before, name: body.name }), fields: ['name'] })
        const [renamed] = await shown(await devices.listed([before.id]), call)
        if (!renamed) throw gone(params.id)
        return { body: renamed }
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/devices/:id',
      permission: 'signed-in',
      others: 'devices.delete',
      summary: 'Remove a device',
      description:
        'Browsers are trusted no more, and backup codes go with the last device that they stand in for. Your own only within 15 minutes of proving who you are, at a browser, by something that you have set up if there is anything, and not the only one where everybody needs a second factor. Of a user who may do more than you, nothing.',
      response: undefined,
      async handler(call) {
        const { caller, params } = call
        const found = await sql.selectFrom('devices').select('user_id').where('id', '=', params.id).executeTakeFirst()
        const own = found !== undefined && isOwn(caller, found)
        if (!own && !caller.permissions.has('devices.delete') && !seesAll(caller, 'devices')) throw gone(params.id)
        if (!own) demand(caller, 'devices.delete')
        if (!found) throw gone(params.id)
        const now = clock.now().getTime()
        // By a token that is limited, too: of oneself, nothing is removed without a proof.
        const isOfCaller = found.user_id === caller.userId
        if (isOfCaller) await mustProveOneself(call, now)
        const theirs = isOfCaller ? await devices.ofUser(caller.userId) : []
        const broken = new Set(theirs.filter(isBroken).map(({ id }) => id))
        // What is broken can be shown by nobody.
        if (isOfCaller)
          await mustHaveShown(
            call,
            theirs.filter(({ id }) => !broken.has(id)),
          )
        const removed = await database.transaction(async (tx) => {
          const all = await rowsOf(tx, found.user_id)
          const row = all.find(({ id }) => id === params.id)
          if (!row) throw gone(params.id)
          const others = all.filter(({ id }) => id !== row.id)
          if (isOfCaller) mustKeepOne(call.snapshot.factors, row, others, broken)
          const { username } = await foundUser(tx, found.user_id)
          await conferral(caller, call.roles, call.snapshot.sinks).user(tx, found.user_id, username)
          const hasMore = others.some(({ kind }) => !isBackup(kind))
          const goes = isBackup(row.kind) || hasMore ? [row] : [row, ...others]
          await notices.tell(tx, 'authenticator-removed', found.user_id, { authenticator: row.kind })
          await removeDevices(
            tx,
            found.user_id,
            now,
            goes.map(({ id }) => id),
          )
          return goes
        })
        for (const row of removed) await audit(events, call, 'authenticator.removed', refOf(row))
        return {}
      },
    }),
  ]
}
