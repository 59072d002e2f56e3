import { randomBytes } from 'node:crypto'
import type { Database } from '../data/database.ts'
import type { Seal } from '../keys/seal.ts'
import { type Chain, createChain } from './chain.ts'

/** Key in `settings_state`: the key of the chain over the audit log, sealed. */
export const chainKey = 'audit-chain-key'
/** What that key is sealed for. */
const chainKeySealedFor = `settings_state/${chainKey}`

const storedKey = async (sql: Database['sql']): Promise<string | undefined> => {
  const row = await sql.selectFrom('settings_state').select('value').where('key', '=', chainKey).executeTakeFirst()
  return row && String(JSON.parse(row.value))
}

/**
 * The chain of this installation. Its key is random and not derived from the secret key, so that the chain outlives a change of that. It is
 * made once: of several servers that start at once, one stores its key, and the others take that one. Throws `Unsealable`.
 */
export const openChain = async ({ sql }: Pick<Database, 'sql'>, seal: Seal): Promise<Chain> => {
  if ((await storedKey(sql)) === undefined) {
    const value = JSON.stringify(seal.seal(randomBytes(32).toString('base64url'), chainKeySealedFor))
    await sql
      .insertInto('settings_state')
      .values({ key: chainKey, value })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const sealed = await storedKey(sql)
  if (sealed === undefined) throw new Error('The key of the audit log was stored and is gone again. Restore the database from a backup.')
  return createChain(Buffer.from(seal.open(sealed, chainKeySealedFor), 'base64url'))
}

/** The same key, sealed with the secret key; says whether it was sealed with the previous one. With `dry` it changes nothing. Throws `Unsealable`. */
export const resealChainKey = async ({ sql }: Pick<Database, 'sql'>, seal: Seal, dry: boolean): Promise<boolean> => {
  const before = await storedKey(sql)
  const again = before === undefined ? undefined : seal.reseal(before, chainKeySealedFor)
  if (again === undefined) return false
  // Without a condition: the key itself never changes, so whoever else seals it anew seals the same.
  if (!dry)
    await sql
      .updateTable('settings_state')
      .set({ value: JSON.stringify(again) })
      .where('key', '=', chainKey)
      .execute()
  return true
}
