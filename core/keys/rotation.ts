import type { Algorithm, Clock, Events } from '../api/index.ts'
import { longestAccessToken } from '../configuration/token-settings.ts'
import type { Database } from '../data/database.ts'
import type { Seal } from './seal.ts'
import { generatePrivateKey } from './signing-key.ts'
import { algorithms, insertKey, isRetired, newestOf, type StoredKey, storedKeys } from './stored-keys.ts'

const day = 86_400_000
/** How long a key is published before it signs, in milliseconds: far longer than anybody may keep the key set. */
export const lead = day
/**
 * How long the key before is accepted after that: as long as the longest token that configuration can allow, and an hour for clocks that
 * differ. By the bound, not by what is set today: a token that was signed under longer settings must not die of shorter ones.
 */
export const accepted = longestAccessToken * 1000 + 3_600_000

export type Rotation = {
  /**
   * Brings keys on to where they should be at `now` (epoch ms): makes the next one in time, gives the one before its end, and destroys the
   * private halves of those that are over. May be called at any time, by any number of servers, and ended at any point.
   */
  rotateKeys(now: number): Promise<void>
  /**
   * Begins a rotation by hand: the next key is made and published, and signs after `lead`; where there is one already, that one is told. With
   * `now` it signs at once, and every other key of the algorithm is revoked at once, with all that it signed.
   */
  rotate(wish: {
    readonly algorithms: readonly Algorithm[]
    readonly now: boolean
    readonly by: Readonly<Record<string, string>>
  }): Promise<readonly StoredKey[]>
}

/** A next key that was revoked before its time takes nobody's place. */
const hasSigned = ({ activeFrom, retiredAt }: StoredKey): boolean => retiredAt === undefined || retiredAt > activeFrom

/** `every`: milliseconds between two rotations by schedule; `undefined`: only by hand. `reload`: tells this server's own ring. */
export const createRotation = ({
  database,
  seal,
  clock,
  events,
  every,
  reload,
}: {
  readonly database: Database
  readonly seal: Seal
  readonly clock: Clock
  readonly events: Pick<Events, 'record'>
  readonly every: () => number | undefined
  readonly reload: () => Promise<void>
}): Rotation => {
  const { sql } = database
  const tell = (action: string, { kid, alg }: Pick<StoredKey, 'kid' | 'alg'>, detail: object = {}) =>
    events.record({ action, detail: { kid, algorithm: alg, ...detail } })

  const makeNext = async (newest: StoredKey, now: number, activeFrom: number, by: object): Promise<StoredKey | undefined> => {
    const { alg, kid: follows } = newest
    const made = await insertKey(sql, seal, { alg, pem: await generatePrivateKey(alg), follows, now, activeFrom })
    if (made) await tell('key.created', made, { ...by, activeFrom: new Date(activeFrom).toISOString() })
    return made
  }

  const makeWhatIsDue = async (keys: readonly StoredKey[], now: number): Promise<void> => {
    const period = every()
    if (period === undefined) return
    for (const alg of algorithms) {
      const newest = newestOf(keys, alg)
      if (!newest || newest.activeFrom > now || newest.activeFrom + period - lead > now) continue
      await makeNext(newest, now, Math.max(newest.activeFrom + period, now + lead), { by: 'schedule' })
    }
  }

  /** The end is written when the successor signs; that only one server can write it tells which one tells of it. */
  const endWhatIsFollowed = async (keys: readonly StoredKey[], now: number): Promise<void> => {
    for (const [at, key] of keys.entries()) {
      if (key.retiredAt !== undefined) continue
      const successor = keys.slice(0, at).findLast((one) => one.alg === key.alg && one.activeFrom <= now && hasSigned(one))
      if (!successor) continue
      const { numUpdatedRows } = await sql
        .updateTable('signing_keys')
        .set({ retired_at: successor.activeFrom + accepted })
        .where('kid', '=', key.kid)
        .where('retired_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await tell('key.activated', successor)
    }
  }

  const destroyWhatIsOver = async (keys: readonly StoredKey[], now: number): Promise<void> => {
    for (const key of keys.filter((one) => isRetired(one, now))) {
      const { numUpdatedRows } = await sql
        .updateTable('signing_keys')
        .set({ private_sealed: '' })
        .where('kid', '=', key.kid)
        .where('private_sealed', '!=', '')
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await tell('key.retired', key)
    }
  }

  const replaceAtOnce = async (alg: Algorithm, by: object): Promise<StoredKey> => {
    const pem = await generatePrivateKey(alg)
    const now = clock.now().getTime()
    const { next, revoked } = await database.transaction(async (tx) => {
      const keys = await storedKeys(tx)
      const newest = newestOf(keys, alg)
      // A next key that is published already goes too: whoever got at one private key may have got at the one stored beside it.
      const next = await insertKey(tx, seal, { alg, pem, follows: newest?.kid, now, activeFrom: now })
      if (!next) throw new Error(`Another server makes a new ${alg} key right now. Look at the keys, and try again.`)
      const revoked = keys.filter((key) => key.alg === alg && !isRetired(key, now))
      for (const { kid } of revoked)
        await tx.updateTable('signing_keys').set({ retired_at: now, private_sealed: '' }).where('kid', '=', kid).execute()
      return { next, revoked }
    })
    await tell('key.created', next, { ...by, activeFrom: new Date(now).toISOString() })
    for (const key of revoked) await tell('key.revoked', key, by)
    await tell('key.activated', next, by)
    return next
  }

  return {
    async rotateKeys(now) {
      await makeWhatIsDue(await storedKeys(sql), now)
      const keys = await storedKeys(sql)
      await endWhatIsFollowed(keys, now)
      await destroyWhatIsOver(await storedKeys(sql), now)
      await reload()
    },
    async rotate({ algorithms: wanted, now: atOnce, by }) {
      const result: StoredKey[] = []
      for (const alg of wanted) {
        if (atOnce) {
          result.push(await replaceAtOnce(alg, by))
          continue
        }
        const now = clock.now().getTime()
        const newest = newestOf(await storedKeys(sql), alg)
        if (!newest) throw new Error(`There is no ${alg} key yet; start the server once, which makes it.`)
        if (newest.activeFrom <= now) await makeNext(newest, now, now + lead, by)
        const next = newestOf(await storedKeys(sql), alg)
        if (next) result.push(next)
      }
      await reload()
      return result
    },
  }
}
