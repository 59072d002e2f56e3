import { lineOfText } from '../../api/index.ts'
import type { Selectable } from 'kysely'
import Type from 'typebox'
import { type Caller, demandAll, mustBeOwnOr } from '../../access/caller.ts'
import { expanded, type Permissions, permissions, permissionsOf } from '../../access/permissions.ts'
import { createToken, listedToken } from '../../access/tokens.ts'
import { seesAll, visible } from '../../access/visible.ts'
import type { Tables, Tx } from '../../data/tables.ts'
import { rolesOfUser } from '../../identity/roles.ts'
import { audit } from './audit.ts'
import { etagOfBody } from './etags.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, impossible, invalid, notFound } from './problem.ts'
import { mustBeScopes } from './role-names.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { instant, nullable, scopes, token } from './schemas.ts'
import { shownTokens, tokenListRoute } from './token-list.ts'

/**
 * Nobody makes a token that may do more than they may themselves, nor one of somebody who may. What its user may do can grow: only those who
 * are that user in full make one that grows along.
 */
const mustBeOursToGive = async (tx: Tx, { caller, roles }: Call, userId: string, wanted: readonly string[] | undefined): Promise<void> => {
  const had = permissionsOf(await rolesOfUser(tx, userId), roles)
  const isSelf = userId === caller.userId && !caller.limited
  if (userId !== caller.userId) demandAll(caller, had, 'A token acts as its user, who may do more than you')
  const given: Permissions = wanted ? expanded(wanted) : new Set(permissions)
  demandAll(caller, isSelf ? given.intersection(had) : given, 'The token could do more than you')
}

/** Good ones of one user: somebody who makes more than that fills the store. */
const mostTokens = 100

const mustHaveRoom = async (tx: Tx, userId: string, now: number): Promise<void> => {
  const { n } = await tx
    .selectFrom('tokens')
    .select((row) => row.fn.countAll().as('n'))
    .where('user_id', '=', userId)
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
    .executeTakeFirstOrThrow()
  if (Number(n) >= mostTokens)
    throw impossible('too-many-tokens', [
      { pointer: '', detail: `there are ${mostTokens} tokens of this user already, the most; revoke one that is not in use` },
    ])
}

const untilOf = (text: string | null | undefined, now: number): Date | undefined => {
  if (text == null) return undefined
  const until = new Date(text)
  if (Number.isNaN(until.getTime()))
    throw invalid([{ pointer: '/expiresAt', detail: `${JSON.stringify(text)} is not a time; write it like 2030-01-31T12:00:00Z` }])
  if (until.getTime() <= now) throw impossible('expired', [{ pointer: '/expiresAt', detail: `${text} is over` }])
  return until
}

/** When a token ends: a token makes none that outlives it, and one that ends with it where nothing is said. */
const noLaterThanCaller = async (tx: Tx, { caller }: Call, wanted: Date | undefined): Promise<Date | undefined> => {
  if (!caller.token) return wanted
  const own = await tx.selectFrom('tokens').select('expires_at').where('id', '=', caller.token.id).executeTakeFirst()
  if (!own) throw new ApiProblem(401, 'unauthenticated', 'The token was revoked meanwhile.')
  if (own.expires_at === null) return wanted
  const last = new Date(own.expires_at)
  if (wanted && wanted > last) {
    const detail = `is later than ${last.toISOString()}, when the token ends that asks for it; choose a time until then`
    throw impossible('outlives-caller', [{ pointer: '/expiresAt', detail }], `The end of the token ${detail}.`)
  }
  return wanted ?? last
}

export const tokenRoutes = (parts: ApiParts): readonly Route[] => {
  const { database, clock, events } = parts
  const shown = async (caller: Caller, row: Selectable<Tables['tokens']>) => (await shownTokens(database, caller, [listedToken(row)]))[0]
  const find = async (caller: Caller, id: string): Promise<Selectable<Tables['tokens']>> => {
    const row = await visible(database.sql.selectFrom('tokens'), caller, 'tokens')
      .selectAll()
      .where('tokens.id', '=', id)
      .executeTakeFirst()
    if (!row) throw notFound(`token ${JSON.stringify(id.slice(0, 40))}`)
    return row
  }
  return [
    tokenListRoute(parts),

    defineRoute({
      method: 'POST',
      path: '/tokens',
      permission: 'signed-in',
      others: 'tokens.create',
      summary: 'Create a token',
      description:
        'The answer has the token, which is told this once. It can do no more than you, and no more than its user at each request. A user has 100 good ones at most.',
      body: Type.Object({
        name: lineOfText({ description: 'What it is for.', minLength: 1, maxLength: 200 }),
        user: Type.Optional(Type.String({ description: 'Id of the user it acts as; you, where nothing is said.', maxLength: 40 })),
        scopes: Type.Optional(nullable(scopes)),
        expiresAt: Type.Optional(
          nullable(instant('When it ends. Where nothing is said: never, or with the token that asks for it, which it may not outlive.')),
        ),
      }),
      response: Type.Object({ ...token.properties, token: Type.String({ description: 'Send it as `Authorization: Bearer <token>`.' }) }),
      status: 201,
      async handler(call) {
        const { caller, body } = call
        const userId = body.user ?? caller.userId
        const now = clock.now().getTime()
        mustBeOwnOr(caller, userId, 'tokens.create')
        const limits = body.scopes ?? undefined
        if (limits) mustBeScopes(limits)
        const expiresAt = untilOf(body.expiresAt, now)
        const made = await database.transaction(async (tx) => {
          const user = await tx.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst()
          if (!user)
            throw impossible('no-such-user', [{ pointer: '/user', detail: `there is no user with the id ${JSON.stringify(userId)}` }])
          await mustBeOursToGive(tx, call, userId, limits)
          const until = await noLaterThanCaller(tx, call, expiresAt)
          await mustHaveRoom(tx, userId, now)
          await parts.notices.tell(tx, 'token-created', userId)
          return createToken(tx, { userId, name: body.name, scopes: limits, expiresAt: until }, now)
        })
        await audit(events, call, 'token.created', {
          kind: 'token',
          id: made.id,
          name: body.name,
          more: { user: userId, scopes: limits ?? null },
        })
        const row = await database.sql.selectFrom('tokens').selectAll().where('id', '=', made.id).executeTakeFirstOrThrow()
        return { body: { ...(await shown(caller, row)), token: made.text }, location: `/tokens/${made.id}` }
      },
    }),

    defineRoute({
      method: 'GET',
      path: '/tokens/:id',
      permission: 'signed-in',
      others: 'tokens.view',
      summary: 'Show a token',
      response: token,
      async handler({ caller, params }) {
        const body = await shown(caller, await find(caller, params.id))
        return { body, etag: etagOfBody(body) }
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: '/tokens/:id',
      permission: 'signed-in',
      others: 'tokens.delete',
      summary: 'Revoke a token',
      response: undefined,
      async handler(call) {
        const { caller, params } = call
        const seen = caller.permissions.has('tokens.delete') || seesAll(caller, 'tokens')
        const row = await database.sql.selectFrom('tokens').selectAll().where('id', '=', params.id).executeTakeFirst()
        if (!row || (!seen && row.user_id !== caller.userId)) throw notFound(`token ${JSON.stringify(params.id.slice(0, 40))}`)
        mustBeOwnOr(caller, row.user_id, 'tokens.delete')
        await database.sql.deleteFrom('tokens').where('id', '=', row.id).execute()
        await audit(events, call, 'token.revoked', { kind: 'token', id: row.id, name: row.name, more: { user: row.user_id } })
        return {}
      },
    }),
  ]
}
