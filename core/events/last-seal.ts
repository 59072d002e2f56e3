import type { Database } from '../data/database.ts'

/** How far the audit log is sealed: by its own account, which only `verifyEvents` puts to the test. */
export type SealedUpTo = {
  /** `newest`: the moment (epoch ms) of the newest event in it. Null where nothing is sealed yet. */
  readonly last: { readonly number: number; readonly hash: string; readonly newest: number } | null
  /** Events that no seal covers yet. */
  readonly unsealed: number
}

export const sealedUpTo = async ({ sql }: Pick<Database, 'sql'>): Promise<SealedUpTo> => {
  const last = await sql.selectFrom('event_seals').select(['seq', 'hash', 'newest']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
  const open = await sql
    .selectFrom('events')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('seal', 'is', null)
    .executeTakeFirstOrThrow()
  return { last: last ? { number: last.seq, hash: last.hash, newest: last.newest } : null, unsealed: Number(open.n) }
}
