import type { Algorithm, Clock, Keys } from '../api/index.ts'
import { prepare } from '../data/prepared.ts'
import type { Database } from '../data/database.ts'
import { acceptable, claimsOf, encodeSegment, partsOf } from './jwt.ts'
import type { Seal } from './seal.ts'
import { generatePrivateKey, signingKey, type SigningKey } from './signing-key.ts'
import { algorithms, insertKey, isRetired, newestOf, sealedFor, storedKeys } from './stored-keys.ts'

export type Ring = Keys & {
  /**
   * Settles when there is a key of every algorithm. At the very first start the RSA key is made meanwhile; signing with it waits,
   * all else works at once. Rejects where the key could not be made or stored.
   */
  readonly complete: Promise<void>
  /** Reads again which keys there are: one made, brought forward or revoked by another server counts from then on. */
  reload(): Promise<void>
}

/** A key in use from `activeFrom` (epoch ms) on; it is published and accepted before, and neither from `retiredAt` on. */
type Held = { readonly key: SigningKey; readonly activeFrom: number; readonly retiredAt: number | undefined }

/** Tokens whose signatures are known to be good, so that one that is shown again and again, or was made here, is not verified once more; some 4 MB at most. */
const mostGenuine = 4096

/** Milliseconds between two looks for a key that we do not know: forged ones must not become a storm of queries. */
const lookInterval = 2000

/**
 * The signing keys, from table `signing_keys`; those that are missing are made. Throws `Unsealable` where the secret key is not the one that
 * they were stored under. A retired key is neither published nor accepted.
 */
export const openRing = async ({
  database,
  seal,
  clock,
}: {
  readonly database: Database
  readonly seal: Seal
  readonly clock: Clock
}): Promise<Ring> => {
  /** The newest first. */
  let held: readonly Held[] = []
  /** Encoded headers of each key by `typ`: what we write, and the only ones that we accept. */
  const headers = new WeakMap<SigningKey, Map<string, string>>()

  const headerOf = (key: SigningKey, typ: string): string => {
    const byTyp = headers.get(key) ?? new Map<string, string>()
    headers.set(key, byTyp)
    const known = byTyp.get(typ)
    if (known !== undefined) return known
    const header = encodeSegment({ alg: key.alg, kid: key.kid, typ })
    byTyp.set(typ, header)
    return header
  }

  const listed = prepare(database, () =>
    database.sql
      .selectFrom('signing_keys')
      .select(['kid', 'alg', 'active_from', 'retired_at'])
      .orderBy('active_from', 'desc')
      .orderBy('created_at', 'desc'),
  )

  /** `undefined`: it was revoked since it was listed. */
  const opened = async (kid: string, alg: Algorithm): Promise<SigningKey | undefined> => {
    const { private_sealed } = await database.sql
      .selectFrom('signing_keys')
      .select('private_sealed')
      .where('kid', '=', kid)
      .executeTakeFirstOrThrow()
    if (private_sealed === '') return undefined
    const key = signingKey(alg, seal.open(private_sealed, sealedFor(kid)))
    if (key.kid !== kid) throw new Error(`The signing key ${kid} in the database does not have that thumbprint, but ${key.kid}.`)
    return key
  }

  /** The same object until a key comes or goes, so that what is made of it can be kept. */
  let published: ReturnType<Keys['jwks']> = { keys: [] }
  const publish = (): typeof published => {
    const now = clock.now().getTime()
    const live = held.filter((one) => !isRetired(one, now)).map(({ key }) => key.publicJwk)
    const isSame = live.length === published.keys.length && live.every((jwk, at) => jwk === published.keys[at])
    if (!isSame) published = { keys: live }
    return published
  }

  const load = async (): Promise<void> => {
    const now = clock.now().getTime()
    const known = new Map(held.map(({ key }) => [key.kid, key]))
    const rows = (await listed({})).filter(({ retired_at }) => retired_at === null || retired_at > now)
    const found = await Promise.all(
      rows.map(async (row): Promise<readonly Held[]> => {
        const key = known.get(row.kid) ?? (await opened(row.kid, row.alg as Algorithm))
        return key ? [{ key, activeFrom: row.active_from, retiredAt: row.retired_at ?? undefined }] : []
      }),
    )
    held = found.flat()
  }

  // One at a time, and who comes meanwhile waits for one that began after: what is asked for now must be in it.
  let loading: Promise<void> = Promise.resolve()
  const reload = (): Promise<void> => {
    loading = loading.catch(() => {}).then(load)
    return loading
  }

  let lookedAt = Date.now()
  /** Whether it was time to look for a key that we do not know. Where the database does not answer, what we know holds. */
  const looked = async (): Promise<boolean> => {
    if (Date.now() - lookedAt < lookInterval) return false
    lookedAt = Date.now()
    return reload().then(
      () => true,
      () => false,
    )
  }

  const create = async (alg: Algorithm): Promise<void> => {
    const pem = await generatePrivateKey(alg)
    const now = clock.now().getTime()
    const follows = newestOf(await storedKeys(database.sql), alg)?.kid
    await insertKey(database.sql, seal, { alg, pem, follows, now, activeFrom: now })
    await reload()
  }

  const active = (alg: Algorithm): SigningKey | undefined => {
    const now = clock.now().getTime()
    return held.find((one) => one.key.alg === alg && one.activeFrom <= now && !isRetired(one, now))?.key
  }

  await load()
  const missing = algorithms.filter((alg) => !active(alg))
  await Promise.all(missing.filter((alg) => alg !== 'RS256').map(create))
  const complete = missing.includes('RS256') ? create('RS256') : Promise.resolve()
  // Whoever waits for it gets the error; without anybody it must not end the process.
  complete.catch(() => {})

  /** The header is never interpreted: it must be, byte for byte, one that we write. So no `alg`, `crit`, `jwk` or `kid` of a forger counts. */
  const keyOf = (header: string, typ: string): SigningKey | undefined => {
    const now = clock.now().getTime()
    return held.find((one) => !isRetired(one, now) && headerOf(one.key, typ) === header)?.key
  }

  /** By whom a token is signed, the whole text of it; whoever forgot the key must look at it anew. */
  const genuine = new Map<string, SigningKey>()
  const remember = (jws: string, key: SigningKey): void => {
    if (genuine.size >= mostGenuine) genuine.delete(genuine.keys().next().value ?? '')
    genuine.set(jws, key)
  }

  return {
    complete,
    async sign(claims, { alg, typ = 'JWT' }) {
      let key = active(alg)
      if (!key) {
        await complete
        key = active(alg)
      }
      if (!key) throw new Error(`There is no active ${alg} signing key.`)
      const signed = `${headerOf(key, typ)}.${encodeSegment(claims)}`
      const signature = await key.sign(Buffer.from(signed))
      const jws = `${signed}.${signature.toString('base64url')}`
      // ID tokens are for clients; they hardly ever come back.
      if (typ !== 'JWT') remember(jws, key)
      return jws
    },
    async verify(jws, { typ = 'JWT', ...expected }) {
      const parts = partsOf(jws)
      if (!parts) return undefined
      const key = keyOf(parts.header, typ) ?? ((await looked()) ? keyOf(parts.header, typ) : undefined)
      if (!key) return undefined
      if (genuine.get(jws) !== key) {
        if (!key.verify(parts.signed, parts.signature)) return undefined
        remember(jws, key)
      }
      const claims = claimsOf(parts.payload)
      return claims && acceptable(claims, expected, clock.now().getTime()) ? claims : undefined
    },
    jwks: publish,
    reload,
  }
}
