import { randomUUIDv7 } from 'node:crypto'
import type { Selectable } from 'kysely'
import { type Clock, type Devices, type Json, type Log, msg } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { Conflict, type EffectHandlers } from '../data/effects.ts'
import { prepare } from '../data/prepared.ts'
import type { Tables, Tx } from '../data/tables.ts'
import type { Seal } from '../keys/seal.ts'
import { userChanged } from './changes.ts'
import { brokenLog, type Describe, describing, type KnownDevice, type ListedDevice } from './described.ts'

/** Everything that users have enrolled with authenticators, in table `devices`. */
export type EnrolledDevices = {
  /** The port, for one kind of authenticator. `single`: a user has one at most. */
  ofKind(kind: string, single: boolean): Devices
  /** All of a user, in the order in which they were enrolled. */
  ofUser(userId: string): Promise<readonly ListedDevice[]>
  /** Those of these ids, in the order of the ids; what is gone is left out. */
  listed(ids: readonly string[]): Promise<readonly ListedDevice[]>
  readonly described: Describe
}

/** The effect that enrols a device. */
export const addDevice = 'devices.add'
type Added = {
  readonly id: string
  readonly userId: string
  readonly kind: string
  readonly single: boolean
  readonly name: string
  readonly key: string | null
  readonly sealed: string
}

/** What the data of a device is sealed for: it opens in no other row. */
export const sealedForDevice = (id: string): string => `device ${id}`

const plain = (row: Selectable<Tables['devices']>): Omit<KnownDevice, 'data'> => ({
  id: row.id,
  userId: row.user_id,
  kind: row.kind,
  name: row.name,
  version: row.version,
  createdAt: new Date(row.created_at),
  lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
})

export const createDevices = ({
  database,
  seal,
  clock,
  log,
}: {
  readonly database: Database
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Pick<Log, 'error'>
}): EnrolledDevices => {
  const { sql } = database
  const all = prepare(database, (given: { readonly userId: string }) =>
    sql.selectFrom('devices').selectAll().where('user_id', '=', given.userId).orderBy('id'),
  )
  const some = prepare(database, (given: { readonly userId: string; readonly kind: string }) =>
    sql.selectFrom('devices').selectAll().where('user_id', '=', given.userId).where('kind', '=', given.kind).orderBy('id'),
  )
  const byKey = prepare(database, (given: { readonly kind: string; readonly key: string }) =>
    sql
      .selectFrom('devices')
      .innerJoin('users', 'users.id', 'devices.user_id')
      .selectAll('devices')
      .where('devices.kind', '=', given.kind)
      .where('devices.key', '=', given.key)
      .where('users.enabled', '=', true),
  )
  const taken = prepare(database, (given: { readonly kind: string; readonly key: string }) =>
    sql.selectFrom('devices').select('id').where('kind', '=', given.kind).where('key', '=', given.key),
  )
  const broken = brokenLog(log)
  const listed = (row: Selectable<Tables['devices']>): ListedDevice => {
    const device = plain(row)
    try {
      return { ...device, data: JSON.parse(seal.open(row.sealed, sealedForDevice(row.id))) as Json }
    } catch (error) {
      broken(device, 'unreadable', error)
      return { ...device, data: undefined }
    }
  }
  /** What cannot be opened is nothing that an authenticator could look at. */
  const known = (row: Selectable<Tables['devices']>): readonly KnownDevice[] => {
    const { data, ...device } = listed(row)
    return data === undefined ? [] : [{ ...device, data }]
  }
  return {
    async listed(ids) {
      if (ids.length === 0) return []
      const rows = await sql.selectFrom('devices').selectAll().where('id', 'in', ids).execute()
      return ids.flatMap((id) => {
        const row = rows.find((one) => one.id === id)
        return row ? [listed(row)] : []
      })
    },
    ofUser: async (userId) => (await all({ userId })).map(listed),
    described: describing(broken),
    ofKind: (kind, single) => ({
      of: async (userId) => (await some({ userId, kind })).flatMap(known),
      async find(key) {
        const [device] = (await byKey({ kind, key })).flatMap(known)
        return device
      },
      has: async (key) => (await taken({ kind, key })).length > 0,
      add(userId, { name, data, key }) {
        const id = randomUUIDv7()
        const sealed = seal.seal(JSON.stringify(data), sealedForDevice(id))
        return { effect: addDevice, data: { id, userId, kind, single, name, key: key ?? null, sealed } satisfies Added }
      },
      async use({ id, version }, data) {
        const used = await sql
          .updateTable('devices')
          .set({
            version: version + 1,
            last_used_at: clock.now().getTime(),
            sealed: seal.seal(JSON.stringify(data), sealedForDevice(id)),
          })
          .where('id', '=', id)
          .where('kind', '=', kind)
          .where('version', '=', version)
          .executeTakeFirst()
        return used.numUpdatedRows > 0n
      },
    }),
  }
}

/** Devices that one user may have. Every sign-in reads them. */
const most = 50

/** Whose device the effect that enrols one adds, and of which kind. */
export const enrolledBy = (data: Json): Pick<Added, 'userId' | 'kind'> => data as Added

/** Whose device an effect would add. */
export const enrolsFor = ({ effect, data }: { readonly effect: string; readonly data: Json }): string | undefined =>
  effect === addDevice ? enrolledBy(data).userId : undefined

export const deviceEffects: EffectHandlers = {
  async [addDevice](tx, data, now) {
    const { id, userId, kind, single, name, key, sealed } = data as Added
    if (single) await tx.deleteFrom('devices').where('user_id', '=', userId).where('kind', '=', kind).execute()
    const { count } = await tx
      .selectFrom('devices')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    if (count >= most) throw new Conflict({ '': msg('core.devices.too-many', { most }) })
    const added = await tx
      .insertInto('devices')
      .values({ id, user_id: userId, kind, key, name, sealed, version: 1, created_at: now, last_used_at: null })
      .onConflict((conflict) => conflict.columns(['kind', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!added) throw new Conflict({ '': msg('core.devices.taken') })
    await userChanged(tx, userId, now)
    return { action: 'authenticator.added', userId, fields: [kind] }
  },
}

/**
 * Removes devices of a user, all or those of these ids, and returns their kinds. No browser is trusted any more, since what they were trusted by may
 * be gone.
 */
export const removeDevices = async (tx: Tx, userId: string, now: number, ids?: readonly string[]): Promise<readonly string[]> => {
  const wanted = tx.deleteFrom('devices').where('user_id', '=', userId)
  const removed = await (ids ? wanted.where('id', 'in', ids) : wanted).returning('kind').execute()
  await distrustBrowsers(tx, userId)
  await userChanged(tx, userId, now)
  return removed.map(({ kind }) => kind)
}

/** No browser is trusted by this user any more, or the one of this id is not. */
export const distrustBrowsers = async (tx: Tx, userId: string, browserId?: string): Promise<void> => {
  const distrusted = tx
    .updateTable('browser_users')
    .set({ trusted_at: null, trusted_until: null, second_factor_at: null, user_agent: null })
    .where('user_id', '=', userId)
  await (browserId === undefined ? distrusted : distrusted.where('browser_id', '=', browserId)).execute()
}
