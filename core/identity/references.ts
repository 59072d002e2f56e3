import type { Kysely } from 'kysely'
import type { Tables } from '../data/tables.ts'

/** A user as other things show whose they are. */
export type UserReference = { readonly id: string; readonly username: string; readonly name: string }

/** The users of these ids, those that are there, in one query. */
export const userReferences = async (
  sql: Kysely<Tables>,
  ids: readonly (string | null | undefined)[],
): Promise<ReadonlyMap<string, UserReference>> => {
  const wanted = [...new Set(ids.filter((id) => id != null))]
  if (wanted.length === 0) return new Map()
  const rows = await sql.selectFrom('users').select(['id', 'username', 'name']).where('id', 'in', wanted).execute()
  return new Map(rows.map((row) => [row.id, row]))
}
