import type { Selectable } from 'kysely'
import type { Clock, DeviceFacts, Log } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { prepare } from '../data/prepared.ts'
import type { Proof } from './types.ts'

/** A session as its owner and administrators see it. */
export type ListedSession = {
  readonly id: string
  readonly proofs: readonly Proof[]
  readonly authenticatedAt: Date
  readonly createdAt: Date
  readonly expiresAt: Date
  /** To the minute. */
  readonly seenAt: Date
  readonly ip: string
  readonly userAgent: string
  /** What was told of the device at the sign-in. */
  readonly device: DeviceFacts | undefined
}

/** `trustedUntil`, epoch ms: how long its user trusts its browser. */
export type FoundSession = ListedSession & { readonly trustedUntil: number | undefined }

export type Sessions = {
  /** Ends a session, and its grants that are not offline. */
  end(id: string): Promise<void>
  /** Ends all sessions of a user and revokes all their grants, offline ones too. */
  endAll(userId: string): Promise<void>
  /** The user's sessions that are alive, newest first. */
  list(userId: string): Promise<ListedSession[]>
  /** A session by its id, whether or not it is still alive, with what its owner is told of it. */
  find(id: string): Promise<FoundSession | undefined>
  /** Notes that the browser's session was used now. Writes at most once a minute; a failure is logged. */
  touch(session: { readonly id: string; readonly browserId: string; readonly seenAt: number }): Promise<void>
}

const minute = 60_000

/** Proofs as stored. */
export const readProofs = (text: string): readonly Proof[] => JSON.parse(text) as readonly Proof[]

/** Flows as stored. */
export const readFlows = (text: string | null): readonly string[] => (text === null ? [] : (JSON.parse(text) as readonly string[]))

const listed = (row: Selectable<Tables['sessions']>): ListedSession => ({
  id: row.id,
  proofs: readProofs(row.proofs),
  authenticatedAt: new Date(row.authenticated_at),
  createdAt: new Date(row.created_at),
  expiresAt: new Date(row.expires_at),
  seenAt: new Date(row.seen_at),
  ip: row.ip,
  userAgent: row.user_agent,
  device: row.device === null ? undefined : (JSON.parse(row.device) as DeviceFacts),
})

/** Ends a session, and its grants that are not offline. `now` in epoch ms. */
export const endSession = async (tx: Tx, id: string, now: number): Promise<void> => {
  await tx.updateTable('sessions').set({ ended_at: now }).where('id', '=', id).where('ended_at', 'is', null).execute()
  await tx
    .updateTable('grants')
    .set({ revoked_at: now })
    .where('session_id', '=', id)
    .where('offline', '=', false)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Ends all sessions of a user, apart from `keep`, and revokes all their grants, offline ones too. `now` in epoch ms. */
export const endAllSessions = async (tx: Tx, userId: string, now: number, keep = ''): Promise<void> => {
  await tx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('id', '!=', keep)
    .where('ended_at', 'is', null)
    .execute()
  await tx.updateTable('grants').set({ revoked_at: now }).where('user_id', '=', userId).where('revoked_at', 'is', null).execute()
}

export const createSessions = ({
  database,
  clock,
  log,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): Sessions => {
  const { sql } = database
  const now = (): number => clock.now().getTime()
  const byId = prepare(database, (given: { readonly id: string }) =>
    sql
      .selectFrom('sessions')
      .leftJoin('browser_users', (join) =>
        join.onRef('browser_users.browser_id', '=', 'sessions.browser_id').onRef('browser_users.user_id', '=', 'sessions.user_id'),
      )
      .selectAll('sessions')
      .select('browser_users.trusted_until')
      .where('sessions.id', '=', given.id),
  )
  type Seen = { readonly id: string; readonly at: number; readonly before: number }
  const sessionSeen = prepare(database, (given: Seen) =>
    sql.updateTable('sessions').set({ seen_at: given.at }).where('id', '=', given.id).where('seen_at', '<=', given.before),
  )
  const browserSeen = prepare(database, (given: Seen) =>
    sql.updateTable('browsers').set({ seen_at: given.at }).where('id', '=', given.id).where('seen_at', '<=', given.before),
  )
  return {
    end: (id) => database.transaction((tx) => endSession(tx, id, now())),
    endAll: (userId) => database.transaction((tx) => endAllSessions(tx, userId, now())),
    async list(userId) {
      const rows = await sql
        .selectFrom('sessions')
        .selectAll()
        .where('user_id', '=', userId)
        .where('ended_at', 'is', null)
        .where('expires_at', '>', now())
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map(listed)
    },
    async find(id) {
      const [row] = await byId({ id })
      return row && { ...listed(row), trustedUntil: row.trusted_until ?? undefined }
    },
    async touch({ id, browserId, seenAt }) {
      const at = now()
      const before = at - minute
      if (seenAt > before) return
      try {
        await sessionSeen({ id, at, before })
        await browserSeen({ id: browserId, at, before })
      } catch (error) {
        log.warn({ error, session: id }, 'the time of the last use of a session could not be written')
      }
    },
  }
}
