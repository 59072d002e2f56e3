import { sql as rawSql } from 'kysely'
import type { Database } from '../data/database.ts'
import { resealChainKey } from '../events/chain-key.ts'
import { sealedForDevice } from '../identity/devices.ts'
import type { Seal } from '../keys/seal.ts'
import { sealedFor } from '../keys/stored-keys.ts'
import type { KindName } from './kinds.ts'
import { resealedSpec } from './vault.ts'

/** How many secrets were sealed with the previous key, by where they are. `left` were changed by somebody meanwhile; run it again. */
export type Resealed = {
  readonly signingKeys: number
  readonly objects: number
  readonly revisions: number
  /** What authenticators keep of what users have set up. */
  readonly devices: number
  /** The key of the audit log: 1 or 0. */
  readonly auditKey: number
  readonly left: number
}

/** A row that the previous key sealed something of: how much, and the statement that seals it anew if nobody changed it meanwhile. */
type Pending = { readonly count: number; readonly change: { executeTakeFirst(): Promise<{ readonly numUpdatedRows: bigint }> } }
type Sql = Database['sql']

const pendingKeys = async (sql: Sql, seal: Seal): Promise<readonly Pending[]> => {
  const keys = await sql.selectFrom('signing_keys').select(['kid', 'private_sealed']).where('private_sealed', '!=', '').execute()
  return keys.flatMap(({ kid, private_sealed: before }) => {
    const again = seal.reseal(before, sealedFor(kid))
    if (again === undefined) return []
    const change = sql.updateTable('signing_keys').set({ private_sealed: again })
    return [{ count: 1, change: change.where('kid', '=', kid).where('private_sealed', '=', before) }]
  })
}

/** PostgreSQL compares no JSON, but keeps its text as it was written. */
const asText = rawSql<string>`cast(spec as text)`

const specOf = (seal: Seal, id: string, kind: string, before: string) => {
  const { spec, count } = resealedSpec(seal, { kind: kind as KindName, id }, JSON.parse(before))
  return { count, spec: JSON.stringify(spec) }
}

const pendingObjects = async (sql: Sql, seal: Seal): Promise<readonly Pending[]> => {
  const objects = await sql.selectFrom('configuration_objects').select(['id', 'kind', 'spec']).execute()
  return objects.flatMap(({ id, kind, spec: before }) => {
    const { count, spec } = specOf(seal, id, kind, before)
    if (count === 0) return []
    return [{ count, change: sql.updateTable('configuration_objects').set({ spec }).where('id', '=', id).where(asText, '=', before) }]
  })
}

const pendingRevisions = async (sql: Sql, seal: Seal): Promise<readonly Pending[]> => {
  const rows = await sql
    .selectFrom('revision_objects')
    .select(['revision_number', 'object_id', 'kind', 'spec'])
    .where('spec', 'is not', null)
    .execute()
  return rows.flatMap(({ revision_number, object_id, kind, spec: before }) => {
    if (before === null) return []
    const { count, spec } = specOf(seal, object_id, kind, before)
    if (count === 0) return []
    const change = sql.updateTable('revision_objects').set({ spec }).where('revision_number', '=', revision_number)
    return [{ count, change: change.where('object_id', '=', object_id).where(asText, '=', before) }]
  })
}

const pendingDevices = async (sql: Sql, seal: Seal): Promise<readonly Pending[]> => {
  const devices = await sql.selectFrom('devices').select(['id', 'sealed']).execute()
  return devices.flatMap(({ id, sealed: before }) => {
    const again = seal.reseal(before, sealedForDevice(id))
    if (again === undefined) return []
    return [{ count: 1, change: sql.updateTable('devices').set({ sealed: again }).where('id', '=', id).where('sealed', '=', before) }]
  })
}

const sources = { signingKeys: pendingKeys, objects: pendingObjects, revisions: pendingRevisions, devices: pendingDevices } as const

/**
 * Seals with the secret key whatever is sealed with the previous one; with `dry` it only counts. A row at a time, each whole or not at all, and only
 * as it was read: servers go on meanwhile, and what they changed, and what was ended in between, is done by the next run. Throws `Unsealable` where
 * neither key fits.
 */
export const resealAll = async (database: Pick<Database, 'sql'>, seal: Seal, { dry = false } = {}): Promise<Resealed> => {
  const auditKey = (await resealChainKey(database, seal, dry)) ? 1 : 0
  const counts = { signingKeys: 0, objects: 0, revisions: 0, devices: 0, auditKey, left: 0 }
  for (const where of ['signingKeys', 'objects', 'revisions', 'devices'] as const)
    for (const { count, change } of await sources[where](database.sql, seal)) {
      const isDone = dry || (await change.executeTakeFirst()).numUpdatedRows > 0n
      counts[isDone ? where : 'left'] += count
    }
  return counts
}

/** E.g. "2 signing keys, 5 secrets in the configuration". */
export const resealedText = ({ signingKeys, objects, revisions, devices, auditKey }: Omit<Resealed, 'left'>): string => {
  const said = [
    [signingKeys, 'signing keys'],
    [objects, 'secrets in the configuration'],
    [revisions, 'in its history'],
    [devices, 'of authenticators'],
    [auditKey, 'of the audit log'],
  ] as const
  return said.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ') || 'nothing'
}
