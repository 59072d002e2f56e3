import { createHash, randomBytes } from 'node:crypto'
import type { Grant } from 'sluice/plugin'
import { fromJson, toJson, type StoredGrant } from './grant.ts'
import type { Uses } from './types.ts'

/** Everything that redeeming an authorization code needs. */
export type Code = {
  readonly grant: Grant
  /** The provider's id. */
  readonly client: string
  /** Had the user's consent been remembered when it was given? Then it must still be. */
  readonly consented: boolean
  readonly redirectUri: string
  readonly challenge: string | undefined
  readonly nonce: string | undefined
}

/** The layout of a stored code. One of another layout, left by another version of this plugin, is refused. */
const layout = 2
type Stored = {
  readonly layout: number
  readonly grant: StoredGrant
  readonly client: string
  readonly consented: boolean
  readonly redirectUri: string
  readonly challenge: string | null
  readonly nonce: string | null
}

/** The store never sees a code itself: what is read there cannot be redeemed. */
const keyOf = (code: string): string => `code:${createHash('sha256').update(code).digest('base64url')}`

/** Stores what the code stands for, and returns the code: 32 random bytes in base64url. `ttl` in seconds. */
export const issueCode = async ({ grant, challenge, nonce, ...rest }: Code, ttl: number, { store }: Uses): Promise<string> => {
  const code = randomBytes(32).toString('base64url')
  const stored: Stored = { ...rest, layout, grant: toJson(grant), challenge: challenge ?? null, nonce: nonce ?? null }
  await store.put(keyOf(code), stored, ttl)
  return code
}

/**
 * Takes the code: of any number of callers exactly one gets it. Until the code expires, every later caller gets the grant that it stood
 * for as `reused` (RFC 6749 §4.1.2).
 */
export const takeCode = async (
  code: string,
  { store }: Uses,
): Promise<{ readonly code: Code } | { readonly reused: Grant } | undefined> => {
  const outcome = await store.take(keyOf(code), { keep: true })
  if (!outcome) return undefined
  const stored = ('left' in outcome ? outcome.left : outcome.taken) as Stored
  if (stored.layout !== layout) return undefined
  if ('left' in outcome) return { reused: fromJson(stored.grant) }
  return {
    code: {
      grant: fromJson(stored.grant),
      client: stored.client,
      consented: stored.consented,
      redirectUri: stored.redirectUri,
      challenge: stored.challenge ?? undefined,
      nonce: stored.nonce ?? undefined,
    },
  }
}
