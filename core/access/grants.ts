import { randomBytes, randomUUIDv7 } from 'node:crypto'
import type { Clock, Events, Grant, Grants, Json, Refreshed, User } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { joinedUser, type UserColumns } from '../identity/users.ts'
import type { Seal } from '../keys/seal.ts'
import { count } from '../observe/work.ts'
import { grantStatements, type GrantRow, type NewGrant } from './grant-statements.ts'
import { refreshTokens, type RefreshToken } from './refresh-token.ts'

/** How long the losers of a race for a refresh token are told from thieves, in milliseconds. */
const grace = 10_000

const grantOf = (row: GrantRow): Grant => ({
  id: row.id,
  userId: row.user_id,
  application: row.application,
  provider: row.provider,
  sessionId: row.session_id,
  origin: row.origin,
  scopes: JSON.parse(row.scopes) as readonly string[],
  offline: Boolean(row.offline),
  createdAt: new Date(row.created_at),
  expiresAt: new Date(row.expires_at),
  data: JSON.parse(row.data) as Json,
})

/** Grants in table `grants`. A reused refresh token is recorded as event `token.reused`. */
export const createGrants = ({
  database,
  clock,
  seal,
  events,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly seal: Seal
  readonly events: Events
}): Grants => {
  const tokens = refreshTokens(seal.derive('refresh-token'), seal.derivePrevious('refresh-token'))
  const run = grantStatements(database)
  const now = (): number => clock.now().getTime()

  const stored = (grant: Grant): NewGrant => ({
    id: grant.id,
    user_id: grant.userId,
    application: grant.application,
    provider: grant.provider,
    session_id: grant.sessionId,
    origin: grant.origin,
    scopes: JSON.stringify(grant.scopes),
    data: JSON.stringify(grant.data),
    created_at: grant.createdAt.getTime(),
    expires_at: grant.expiresAt.getTime(),
    offline: grant.offline,
    nonce: grant.offline ? tokens.firstNonce(grant.id) : '',
    now: now(),
  })

  /** A row as it is found, and its user if it is alive. */
  const find = async (id: string, at = now()): Promise<{ readonly row: GrantRow; readonly user: User | undefined } | undefined> => {
    const [row] = await run.find({ id, now: at })
    return row && { row, user: row.alive_user_id === null ? undefined : joinedUser(row as typeof row & UserColumns) }
  }

  /** Why a token that we made was not the current one of a grant that is alive. */
  const whyNot = async (token: RefreshToken, at: number): Promise<(Refreshed & { ok: false })['why']> => {
    const id = token.grantId
    const found = await find(id, at)
    if (!found?.user) return found ? 'expired' : 'unknown'
    const { row } = found
    // From the future of a database that was restored from a backup.
    if (token.generation >= row.generation) return 'unknown'
    if (token.generation === row.generation - 1 && row.rotated_at !== null && at - row.rotated_at <= grace) return 'raced'
    const revoked = await run.revokeFamily({ id, now: at })
    if (revoked.length > 0)
      await events.record({ action: 'token.reused', userId: row.user_id, application: row.application, detail: { grant: id } })
    return 'reused'
  }

  return {
    newId: () => randomUUIDv7(),
    async open(grant) {
      const [opened] = await run.open(stored(grant))
      if (opened?.revoked_at === null || !opened) count('token', 'opened')
      if (!opened) return grant
      return opened.revoked_at === null ? grantOf(opened) : undefined
    },
    async alive(id) {
      const found = await find(id)
      return found?.user && { grant: grantOf(found.row), user: found.user }
    },
    async revoke(grant) {
      await run.revoke(stored(grant))
    },
    refreshToken: ({ id }) => tokens.encode({ grantId: id, generation: 0, nonce: tokens.firstNonce(id) }),
    async ofRefreshToken(text) {
      const token = tokens.decode(text)
      const found = token && (await find(token.grantId))
      if (!found) return undefined
      const { row, user } = found
      return { grant: grantOf(row), user, isCurrent: row.generation === token.generation && row.nonce === token.nonce }
    },
    async rotate(text) {
      const token = tokens.decode(text)
      if (!token) return { ok: false, why: 'unknown' }
      const at = now()
      const next = randomBytes(16).toString('base64url')
      const [row] = await run.advance({ ...token, next, now: at })
      if (!row) return { ok: false, why: await whyNot(token, at) }
      count('token', 'refreshed')
      return { ok: true, token: tokens.encode({ grantId: row.id, generation: row.generation, nonce: row.nonce }), grant: grantOf(row) }
    },
  }
}
