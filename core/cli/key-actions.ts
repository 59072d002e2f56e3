import type { Database } from '../data/database.ts'
import { type ListedKey, listedKeys } from '../keys/listed-keys.ts'
import type { Rotation } from '../keys/rotation.ts'
import { algorithms, storedKeys } from '../keys/stored-keys.ts'
import { Refused } from './control.ts'

type KeyParts = { readonly database: Database; readonly rotation: () => Promise<Rotation>; readonly now: () => number }

export const listKeys = async ({ database, now }: Omit<KeyParts, 'rotation'>): Promise<readonly ListedKey[]> =>
  listedKeys(await storedKeys(database.sql), now())

/** The keys that come next, or that sign now. Throws `Refused` for an algorithm that there is not. */
export const rotateByHand = async (
  { database, rotation, now }: KeyParts,
  wish: { readonly algorithm?: string | undefined; readonly now: boolean },
): Promise<readonly ListedKey[]> => {
  const wanted = algorithms.filter((alg) => wish.algorithm === undefined || alg.toLowerCase() === wish.algorithm.toLowerCase())
  if (wanted.length === 0) throw new Refused(`there are no keys of "${wish.algorithm}"; there are ${algorithms.join(', ')}`)
  const told = await (await rotation()).rotate({ algorithms: wanted, now: wish.now, by: { by: 'keys rotate' } })
  const kids = new Set(told.map(({ kid }) => kid))
  return (await listKeys({ database, now })).filter(({ kid }) => kids.has(kid))
}
