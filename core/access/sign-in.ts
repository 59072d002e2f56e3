import type { Session } from '../api/index.ts'
import type { Tx } from '../data/tables.ts'
import { methodsOf } from './browsers.ts'
import { formatCookie, hashSecret, newCookie, newSecret } from './cookie.ts'
import { endSession, readProofs } from './sessions.ts'
import type { Closing } from './types.ts'

type NewSession = NonNullable<Closing['session']>

/**
 * Ends the sessions that were open at the browser. Where the same user signs in again, the grants of the session go on with the new one: the
 * applications that they are signed in to stay so. Another user's grants end, those apart that are offline. A session that was over
 * already hands nothing on. Returns when the last of the same user's would have ended (epoch ms); 0: there was none.
 */
const replaceSessions = async (tx: Tx, { browserId, userId }: NewSession, next: string, now: number): Promise<number> => {
  const earlier = await tx
    .selectFrom('sessions')
    .select(['id', 'user_id', 'expires_at'])
    .where('browser_id', '=', browserId)
    .where('ended_at', 'is', null)
    .execute()
  for (const session of earlier) {
    if (session.user_id === userId && session.expires_at > now)
      await tx
        .updateTable('grants')
        .set({ session_id: next })
        .where('session_id', '=', session.id)
        .where('revoked_at', 'is', null)
        .execute()
    await endSession(tx, session.id, now)
  }
  return Math.max(0, ...earlier.flatMap(({ user_id: of, expires_at: at }) => (of === userId ? [at] : [])))
}

/** Users by whom a browser is known, see `Browser.known`. */
const maxKnown = 20

/** What the browser's record keeps of a second factor that was proved there. */
const trusted = ({ secondFactor, trust }: NewSession, request: Closing['request'], now: number) => ({
  ...(secondFactor && { second_factor_at: now }),
  ...(trust && { trusted_at: now, trusted_until: now + trust * 1000, user_agent: request?.userAgent ?? '' }),
})

/** The time in which somebody may do without a second factor begins once. */
const beginGrace = (tx: Tx, userId: string, until: number) =>
  tx.updateTable('users').set({ second_factor_due_at: until }).where('id', '=', userId).where('second_factor_due_at', 'is', null).execute()

/** Opens the session `id` and returns the browser's new cookie: its secret changes, so that nobody who knew it before is signed in. */
export const signIn = async (tx: Tx, session: NewSession, id: string, request: Closing['request'], now: number): Promise<string> => {
  const { browserId, userId, proofs, lifetime, flows } = session
  const secret = newSecret()
  const renewed = { secret_hash: hashSecret(secret), seen_at: now }
  await tx
    .insertInto('browsers')
    .values({ id: browserId, created_at: now, locale: null, ...renewed })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(renewed))
    .execute()
  const before = await replaceSessions(tx, session, id, now)
  const expiresAt = now + lifetime * 1000
  await tx
    .insertInto('sessions')
    .values({
      id,
      browser_id: browserId,
      user_id: userId,
      authenticated_at: Math.max(...proofs.map(({ at }) => at)),
      proofs: JSON.stringify(proofs),
      flows: JSON.stringify(flows),
      created_at: now,
      expires_at: session.unproved ? Math.min(before, expiresAt) : expiresAt,
      seen_at: now,
      ended_at: null,
      ip: request?.ip ?? '',
      user_agent: request?.userAgent ?? '',
      device: request?.device ? JSON.stringify(request.device) : null,
    })
    .execute()
  const met = { at: now, ...trusted(session, request, now) }
  await tx
    .insertInto('browser_users')
    .values({ browser_id: browserId, user_id: userId, ...met })
    .onConflict((conflict) => conflict.columns(['browser_id', 'user_id']).doUpdateSet(met))
    .execute()
  if (session.grace) await beginGrace(tx, userId, now + session.grace * 1000)
  await forgetEarliest(tx, browserId)
  return formatCookie({ id: browserId, secret })
}

/** Gives the browser a new secret and returns its cookie: nobody who knew the one before is signed in there any more. */
export const renewCookie = async (
  tx: Tx,
  { browserId: id, sessionId }: { readonly browserId: string; readonly sessionId: string },
  now: number,
): Promise<string> => {
  const secret = newSecret()
  await tx
    .updateTable('browsers')
    .set({ secret_hash: hashSecret(secret), seen_at: now })
    .where('id', '=', id)
    .execute()
  // By whoever chose the new password here.
  await tx
    .updateTable('browser_users')
    .set({ at: now })
    .where('browser_id', '=', id)
    .where('user_id', '=', (of) => of.selectFrom('sessions').select('user_id').where('id', '=', sessionId))
    .execute()
  return formatCookie({ id, secret })
}

/** Keeps the latest of the users who have signed in at a browser, since every request reads them all. */
const forgetEarliest = (tx: Tx, browserId: string) =>
  tx
    .deleteFrom('browser_users')
    .where('browser_id', '=', browserId)
    .where('at', '<', (those) =>
      those
        .selectFrom('browser_users')
        .select('at')
        .where('browser_id', '=', browserId)
        .orderBy('at', 'desc')
        .limit(1)
        .offset(maxKnown - 1),
    )
    .execute()

/**
 * Ends the browser's sessions and returns the cookie of the record that takes its place. Nothing that was begun under the old one goes on; who
 * signed in here before is still known, so that strangers' guesses do not lock them out of it.
 */
export const signOut = async (tx: Tx, browserId: string, now: number): Promise<string> => {
  const sessions = await tx.selectFrom('sessions').select('id').where('browser_id', '=', browserId).execute()
  for (const { id } of sessions) await endSession(tx, id, now)
  const cookie = newCookie()
  const record = { id: cookie.id, secret_hash: hashSecret(cookie.secret), created_at: now, seen_at: now, locale: null }
  await tx.insertInto('browsers').values(record).execute()
  await tx.updateTable('browser_users').set({ browser_id: cookie.id }).where('browser_id', '=', browserId).execute()
  await tx.deleteFrom('browsers').where('id', '=', browserId).execute()
  return formatCookie(cookie)
}

/** A session as the rest of the house sees it, whether or not it is still alive. */
export const findSession = async (tx: Tx, id: string): Promise<Session | undefined> => {
  const row = await tx.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
  return row && { id, at: new Date(row.authenticated_at), methods: methodsOf(readProofs(row.proofs)), userId: row.user_id }
}
