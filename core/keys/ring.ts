import type { Algorithm, Clock, Keys } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { acceptable, claimsOf, encodeSegment, partsOf } from './jwt.ts'
import type { Seal } from './seal.ts'
import { generatePrivateKey, signingKey, type SigningKey } from './signing-key.ts'

export type Ring = Keys & {
  /**
   * Settles when there is a key of every algorithm. At the very first start the RSA key is made meanwhile; signing with it waits,
   * all else works at once. Rejects where the key could not be made or stored.
   */
  readonly complete: Promise<void>
}

/** A key in use from `activeFrom` (epoch ms) on; it is published and accepted before. */
type Held = { readonly key: SigningKey; readonly activeFrom: number }

const algorithms: readonly Algorithm[] = ['ES256', 'EdDSA', 'RS256']

/** What a private key is sealed for. */
const sealedFor = (kid: string): string => `signing_keys/${kid}`

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
  const held: Held[] = []
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

  const load = async (): Promise<void> => {
    const now = clock.now().getTime()
    const rows = await database.sql
      .selectFrom('signing_keys')
      .select(['kid', 'alg', 'private_sealed', 'active_from'])
      .where((eb) => eb.or([eb('retired_at', 'is', null), eb('retired_at', '>', now)]))
      .orderBy('active_from', 'desc')
      .execute()
    for (const row of rows) {
      const key = signingKey(row.alg as Algorithm, seal.open(row.private_sealed, sealedFor(row.kid)))
      if (key.kid !== row.kid) throw new Error(`The signing key ${row.kid} in the database does not have that thumbprint, but ${key.kid}.`)
      held.push({ key, activeFrom: row.active_from })
    }
  }

  const create = async (alg: Algorithm): Promise<void> => {
    const pem = await generatePrivateKey(alg)
    const key = signingKey(alg, pem)
    const now = clock.now().getTime()
    await database.sql
      .insertInto('signing_keys')
      .values({
        kid: key.kid,
        alg,
        public_jwk: JSON.stringify(key.publicJwk),
        private_sealed: seal.seal(pem, sealedFor(key.kid)),
        created_at: now,
        active_from: now,
        retired_at: null,
      })
      .execute()
    held.unshift({ key, activeFrom: now })
    published = publish()
  }

  const active = (alg: Algorithm): SigningKey | undefined => {
    const now = clock.now().getTime()
    return held.find(({ key, activeFrom }) => key.alg === alg && activeFrom <= now)?.key
  }

  /** The same object until a key changes, so that what is made of it can be kept. */
  const publish = () => ({ keys: held.map(({ key }) => key.publicJwk) })
  let published = publish()

  await load()
  published = publish()
  const missing = algorithms.filter((alg) => !active(alg))
  await Promise.all(missing.filter((alg) => alg !== 'RS256').map(create))
  const complete = missing.includes('RS256') ? create('RS256') : Promise.resolve()
  // Whoever waits for it gets the error; without anybody it must not end the process.
  complete.catch(() => {})

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
      return `${signed}.${signature.toString('base64url')}`
    },
    async verify(jws, { typ = 'JWT', ...expected }) {
      const parts = partsOf(jws)
      if (!parts) return undefined
      // The header is never interpreted: it must be, byte for byte, one that we write. So no `alg`, `crit`, `jwk` or `kid` of a forger counts.
      const key = held.find((candidate) => headerOf(candidate.key, typ) === parts.header)?.key
      if (!key?.verify(parts.signed, parts.signature)) return undefined
      const claims = claimsOf(parts.payload)
      return claims && acceptable(claims, expected, clock.now().getTime()) ? claims : undefined
    },
    jwks: () => published,
  }
}
