import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Database } from '../data/database.ts'
import { groupsColumn } from '../identity/groups.ts'
import { userColumns } from '../identity/users.ts'
import type { Tables } from '../data/tables.ts'
import { prepare } from '../data/prepared.ts'
import type { RefreshToken } from './refresh-token.ts'

export type GrantRow = Selectable<Tables['grants']>

type At = { readonly now: number }

const isSessionAlive = (eb: ExpressionBuilder<Tables, 'sessions'>, { now }: At) =>
  eb.and([eb('sessions.ended_at', 'is', null), eb('sessions.expires_at', '>', now)])

/** The session itself, or that by which its user signed in again at the same browser, if one of them is open. */
const sessionNow = (eb: ExpressionBuilder<Tables, 'grants'>, { session_id, now }: At & Pick<GrantRow, 'session_id'>) =>
  eb
    .selectFrom('sessions')
    .innerJoin('sessions as given', (join) =>
      join.onRef('given.browser_id', '=', 'sessions.browser_id').onRef('given.user_id', '=', 'sessions.user_id'),
    )
    .select('sessions.id')
    .where('given.id', '=', session_id)
    .where((of) => isSessionAlive(of, { now }))
    .limit(1)

/** Not revoked, not expired, its user enabled, its session open unless it is offline. */
const isAlive = (eb: ExpressionBuilder<Tables, 'grants'>, { now }: At) => {
  const user = eb.selectFrom('users').select('users.id').whereRef('users.id', '=', 'grants.user_id').where('users.enabled', '=', true)
  const session = eb
    .selectFrom('sessions')
    .select('sessions.id')
    .whereRef('sessions.id', '=', 'grants.session_id')
    .where((of) => isSessionAlive(of, { now }))
  return eb.and([
    eb('grants.revoked_at', 'is', null),
    eb('grants.expires_at', '>', now),
    eb.exists(user),
    eb.or([eb('grants.offline', '=', true), eb.exists(session)]),
  ])
}

/** A grant with its user, if it is alive; all in one statement, since it is asked at each use of a token. */
const withUser = (database: Database, given: At & { readonly id: string }) =>
  database.sql
    .selectFrom('grants')
    .leftJoin('users', (join) =>
      join.onRef('users.id', '=', 'grants.user_id').on((eb) => isAlive(eb as unknown as ExpressionBuilder<Tables, 'grants'>, given)),
    )
    .selectAll('grants')
    .select('users.id as alive_user_id')
    .select(userColumns)
    .select(groupsColumn(database).as('user_groups'))
    .where('grants.id', '=', given.id)

/** What a new row says. */
export type NewGrant = At &
  Pick<GrantRow, 'id' | 'user_id' | 'application' | 'provider' | 'session_id' | 'origin' | 'scopes' | 'data' | 'created_at'> & {
    readonly expires_at: number
    readonly offline: boolean
    readonly nonce: string
  }

/** What is asked of table `grants`, each compiled once. */
export const grantStatements = (database: Database) => {
  const { sql } = database
  const values = (given: NewGrant) => ({
    id: given.id,
    user_id: given.user_id,
    application: given.application,
    provider: given.provider,
    session_id: given.session_id,
    origin: given.origin,
    scopes: given.scopes,
    data: given.data,
    created_at: given.created_at,
    expires_at: given.expires_at,
    offline: given.offline,
    nonce: given.nonce,
    generation: 0,
    rotated_at: null,
  })
  return {
    /** What a user signed out of, or changed the password against, before the code was redeemed, is revoked from the start. */
    open: prepare(database, (given: NewGrant) =>
      sql
        .insertInto('grants')
        .values((eb) => ({
          ...values(given),
          session_id: eb.fn.coalesce(sessionNow(eb, given), eb.val(given.session_id)),
          revoked_at: eb
            .case()
            .when(eb.exists(sessionNow(eb, given)))
            .then(null)
            .else(eb.cast<number>(eb.val(given.now), 'bigint'))
            .end(),
        }))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returningAll(),
    ),
    revoke: prepare(database, (given: NewGrant) =>
      sql
        .insertInto('grants')
        .values({ ...values(given), revoked_at: given.now })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ revoked_at: given.now }).where('grants.revoked_at', 'is', null)),
    ),
    revokeFamily: prepare(database, (given: At & { readonly id: string }) =>
      sql.updateTable('grants').set({ revoked_at: given.now }).where('id', '=', given.id).where('revoked_at', 'is', null).returning('id'),
    ),
    find: prepare(database, (given: At & { readonly id: string }) => withUser(database, given)),
    /** The one statement by which a token's successor comes to be: of any number of callers, one finds the generation as it was. */
    advance: prepare(database, (given: At & RefreshToken & { readonly next: string }) =>
      sql
        .updateTable('grants')
        .set((eb) => ({ generation: eb('generation', '+', 1), nonce: given.next, rotated_at: given.now }))
        .where('id', '=', given.grantId)
        .where('generation', '=', given.generation)
        .where('nonce', '=', given.nonce)
        .where((eb) => isAlive(eb, given))
        .returningAll(),
    ),
  }
}
