import type { Algorithm } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Rotation } from '../keys/rotation.ts'
import { algorithms, isRetired, type StoredKey, storedKeys } from '../keys/stored-keys.ts'
import { Refused } from './control.ts'

/** `state`: published, but not signing yet; signing; accepted, but not signing any more; not even accepted. Times in ISO 8601. */
export type ListedKey = {
  readonly kid: string
  readonly algorithm: string
  readonly state: 'next' | 'in use' | 'still accepted' | 'retired'
  readonly createdAt: string
  readonly activeFrom: string
  readonly retiredAt: string | null
}

const stateOf = (key: StoredKey, all: readonly StoredKey[], now: number): ListedKey['state'] => {
  if (isRetired(key, now)) return 'retired'
  if (key.activeFrom > now) return 'next'
  return all.find((one) => one.alg === key.alg && one.activeFrom <= now && !isRetired(one, now)) === key ? 'in use' : 'still accepted'
}

const listed = (key: StoredKey, all: readonly StoredKey[], now: number): ListedKey => ({
  kid: key.kid,
  algorithm: key.alg,
  state: stateOf(key, all, now),
  createdAt: new Date(key.createdAt).toISOString(),
  activeFrom: new Date(key.activeFrom).toISOString(),
  retiredAt: key.retiredAt === undefined ? null : new Date(key.retiredAt).toISOString(),
})

type KeyParts = { readonly database: Database; readonly rotation: () => Promise<Rotation>; readonly now: () => number }

export const listKeys = async ({ database, now }: Omit<KeyParts, 'rotation'>): Promise<readonly ListedKey[]> => {
  const keys = await storedKeys(database.sql)
  return keys
    .map((key) => listed(key, keys, now()))
    .toSorted((a, b) => (a.algorithm < b.algorithm ? -1 : Number(a.algorithm > b.algorithm)))
}

/** Throws `Refused` for an algorithm that there is not. */
export const rotateByHand = async (
  { database, rotation, now }: KeyParts,
  wish: { readonly algorithm?: string | undefined; readonly now: boolean },
): Promise<readonly ListedKey[]> => {
  const wanted = algorithms.filter((alg) => wish.algorithm === undefined || alg.toLowerCase() === wish.algorithm.toLowerCase())
  if (wanted.length === 0) throw new Refused(`there are no keys of "${wish.algorithm}"; there are ${algorithms.join(', ')}`)
  const made = await (await rotation()).rotate({ algorithms: wanted as readonly Algorithm[], now: wish.now, by: { by: 'keys rotate' } })
  const keys = await storedKeys(database.sql)
  return made.map((key) =>
    listed(
      key,
      keys.map((one) => (one.kid === key.kid ? key : one)),
      now(),
    ),
  )
}
