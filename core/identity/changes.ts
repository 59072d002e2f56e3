import type { Selectable } from 'kysely'
import type { Database } from '../data/database.ts'
import type { Tables, Tx } from '../data/tables.ts'

/**
 * The feed that caches, indexes and replicas follow. Every transaction that writes users, groups, memberships, roles or credentials
 * calls `userChanged` or `groupChanged` for what it touched.
 *
 * `seq` is the order of commit: transactions take turns on both databases (docs/decisions/0022), so no reader passes by a late one.
 */
export type Change = Selectable<Tables['changes']>

const append = async (tx: Tx, kind: 'user' | 'group', id: string, revision: number, now: number): Promise<void> => {
  await tx.insertInto('changes').values({ kind, object_id: id, revision, at: now }).execute()
}

/** The user, or what belongs to the user, was changed in this transaction: the next version. Call once, at its end. `now` in epoch ms. */
export const userChanged = async (tx: Tx, id: string, now: number): Promise<void> => {
  const { version } = await tx
    .updateTable('users')
    .set((user) => ({ version: user('version', '+', 1), updated_at: now }))
    .where('id', '=', id)
    .returning('version')
    .executeTakeFirstOrThrow()
  await append(tx, 'user', id, version, now)
}

/** The group, its parents, members or roles were changed in this transaction: the next version. Call once, at its end. `now` in epoch ms. */
export const groupChanged = async (tx: Tx, id: string, now: number): Promise<void> => {
  const { version } = await tx
    .updateTable('groups')
    .set((group) => ({ version: group('version', '+', 1) }))
    .where('id', '=', id)
    .returning('version')
    .executeTakeFirstOrThrow()
  await append(tx, 'group', id, version, now)
}

/** The user or group was deleted in this transaction, at this version of it. `now` in epoch ms. */
export const deleted = (tx: Tx, kind: 'user' | 'group', { id, version }: { readonly id: string; readonly version: number }, now: number) =>
  append(tx, kind, id, version + 1, now)

/** Up to `limit` changes after the one of this number, oldest first. */
export const readChanges = (database: Database, after: number, limit: number): Promise<Change[]> =>
  database.sql.selectFrom('changes').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute()

/** The number of the newest change; 0 before the first. */
export const latestChange = async (database: Database): Promise<number> => {
  const { seq } = await database.sql
    .selectFrom('changes')
    .select((change) => change.fn.max('seq').as('seq'))
    .executeTakeFirstOrThrow()
  return seq ?? 0
}
