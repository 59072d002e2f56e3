import type { Algorithm } from '../api/index.ts'
import { isRetired, type StoredKey } from './stored-keys.ts'

/** Published, and signs later; signs what is new; signs no more, and is accepted until all that it signed is over; neither published nor accepted. */
export const keyStates = ['next', 'active', 'previous', 'retired'] as const
export type KeyState = (typeof keyStates)[number]

/** A signing key as people and programs are told of it. Times in ISO 8601. */
export type ListedKey = {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly state: KeyState
  readonly createdAt: string
  readonly activeFrom: string
  readonly retiredAt: string | null
}

const instant = (at: number): string => new Date(at).toISOString()

/** What keys are at `now` (epoch ms), by algorithm, the newest first. `keys`: all there are, the newest first. */
export const listedKeys = (keys: readonly StoredKey[], now: number): readonly ListedKey[] => {
  const signing = new Set<StoredKey>()
  const seen = new Set<string>()
  for (const key of keys) {
    if (seen.has(key.alg) || key.activeFrom > now || isRetired(key, now)) continue
    seen.add(key.alg)
    signing.add(key)
  }
  const stateOf = (key: StoredKey): KeyState => {
    if (isRetired(key, now)) return 'retired'
    if (key.activeFrom > now) return 'next'
    return signing.has(key) ? 'active' : 'previous'
  }
  return keys
    .map((key) => ({
      kid: key.kid,
      algorithm: key.alg,
      state: stateOf(key),
      createdAt: instant(key.createdAt),
      activeFrom: instant(key.activeFrom),
      retiredAt: key.retiredAt === undefined ? null : instant(key.retiredAt),
    }))
    .toSorted((a, b) => (a.algorithm < b.algorithm ? -1 : Number(a.algorithm > b.algorithm)))
}
