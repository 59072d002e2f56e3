import type { Algorithm } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Tx } from '../data/tables.ts'
import type { Seal } from './seal.ts'
import { signingKey } from './signing-key.ts'

export const algorithms: readonly Algorithm[] = ['ES256', 'EdDSA', 'RS256']

/** A row of `signing_keys` without its private half. Times in epoch ms; from `retiredAt` on it is neither published nor accepted. */
export type StoredKey = {
  readonly kid: string
  readonly alg: Algorithm
  /** The key that it came after, which has no other follower; the algorithm of a first one. */
  readonly follows: string | null
  readonly createdAt: number
  readonly activeFrom: number
  readonly retiredAt: number | undefined
}

/** What a private key is sealed for. */
export const sealedFor = (kid: string): string => `signing_keys/${kid}`

/** Every key there ever was, the newest first. */
export const storedKeys = async (sql: Database['sql'] | Tx): Promise<readonly StoredKey[]> => {
  const rows = await sql
    .selectFrom('signing_keys')
    .select(['kid', 'alg', 'follows', 'created_at', 'active_from', 'retired_at'])
    .orderBy('active_from', 'desc')
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map((row) => ({
    kid: row.kid,
    alg: row.alg as Algorithm,
    follows: row.follows,
    createdAt: row.created_at,
    activeFrom: row.active_from,
    retiredAt: row.retired_at ?? undefined,
  }))
}

export const isRetired = ({ retiredAt }: Pick<StoredKey, 'retiredAt'>, now: number): boolean => retiredAt !== undefined && retiredAt <= now

/**
 * The newest of all keys of an algorithm, retired or not: what the next one follows. It is the one that none follows, not the one that would sign
 * last: a next key that was revoked before it signed has a later time than the one that took its place.
 */
export const newestOf = (keys: readonly StoredKey[], alg: Algorithm): StoredKey | undefined => {
  const followed = new Set(keys.map(({ follows }) => follows))
  return keys.find((key) => key.alg === alg && !followed.has(key.kid))
}

/** Stores a key behind `follows`. `undefined`: another server was faster, and its key is the one that counts. */
export const insertKey = async (
  sql: Database['sql'] | Tx,
  seal: Seal,
  given: {
    readonly alg: Algorithm
    readonly pem: string
    readonly follows: string | undefined
    readonly now: number
    readonly activeFrom: number
  },
): Promise<StoredKey | undefined> => {
  const { alg, pem, follows, now, activeFrom } = given
  const { kid, publicJwk } = signingKey(alg, pem)
  const { numInsertedOrUpdatedRows } = await sql
    .insertInto('signing_keys')
    .values({
      kid,
      alg,
      public_jwk: JSON.stringify(publicJwk),
      private_sealed: seal.seal(pem, sealedFor(kid)),
      follows: follows ?? alg,
      created_at: now,
      active_from: activeFrom,
      retired_at: null,
    })
    .onConflict((conflict) => conflict.column('follows').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
    ? { kid, alg, follows: follows ?? alg, createdAt: now, activeFrom, retiredAt: undefined }
    : undefined
}
