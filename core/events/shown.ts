import type { Selectable } from 'kysely'
import type { AuditEvent, Json } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Tables } from '../data/tables.ts'
import { userReferences } from '../identity/references.ts'

/** Events as whoever may see all of them sees them, with the names of their users. */
export const shownEvents = async (
  { sql }: Pick<Database, 'sql'>,
  rows: readonly Selectable<Tables['events']>[],
): Promise<readonly AuditEvent[]> => {
  const users = await userReferences(
    sql,
    rows.map((row) => row.user_id),
  )
  return rows.map((row) => ({
    id: row.id,
    at: new Date(row.at).toISOString(),
    action: row.action,
    user: row.user_id,
    userName: users.get(row.user_id ?? '')?.username ?? null,
    application: row.application,
    ip: row.ip,
    userAgent: row.user_agent,
    request: row.request_id,
    detail: JSON.parse(row.detail) as Json,
  }))
}
