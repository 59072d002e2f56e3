import type { Database } from '../data/database.ts'
import { resealChainKey } from '../events/chain-key.ts'
import type { Seal } from '../keys/seal.ts'
import { sealedFor } from '../keys/stored-keys.ts'
import type { KindName } from './kinds.ts'
import { resealedSpec } from './vault.ts'

/** How many secrets were sealed with the previous key, by where they are. `left` were changed by somebody meanwhile; run it again. */
export type Resealed = {
  readonly signingKeys: number
  readonly objects: number
  readonly revisions: number
  /** The key of the audit log: 1 or 0. */
  readonly auditKey: number
  readonly left: number
}

/**
 * Seals with the secret key whatever is sealed with the previous one; with `dry` it only counts. A row at a time, each whole or not at all:
 * servers go on meanwhile, and what was ended in between is done by the next run. Throws `Unsealable` where neither key fits.
 */
export const resealAll = async (database: Pick<Database, 'sql'>, seal: Seal, { dry = false } = {}): Promise<Resealed> => {
  const { sql } = database
  const auditKey = (await resealChainKey(database, seal, dry)) ? 1 : 0
  const counts = { signingKeys: 0, objects: 0, revisions: 0, auditKey, left: 0 }
  const tally = (where: 'signingKeys' | 'objects' | 'revisions', count: number, written: bigint) => {
    if (written === 0n) counts.left += count
    else counts[where] += count
  }

  const keys = await sql.selectFrom('signing_keys').select(['kid', 'private_sealed']).where('private_sealed', '!=', '').execute()
  for (const { kid, private_sealed: before } of keys) {
    const again = seal.reseal(before, sealedFor(kid))
    if (again === undefined) continue
    const change = sql
      .updateTable('signing_keys')
      .set({ private_sealed: again })
      .where('kid', '=', kid)
      .where('private_sealed', '=', before)
    tally('signingKeys', 1, dry ? 1n : (await change.executeTakeFirst()).numUpdatedRows)
  }

  const objects = await sql.selectFrom('configuration_objects').select(['id', 'kind', 'spec', 'revision']).execute()
  for (const { id, kind, spec: text, revision } of objects) {
    const { spec, count } = resealedSpec(seal, { kind: kind as KindName, id }, JSON.parse(text))
    if (count === 0) continue
    // A commit meanwhile has a newer revision, and sealed with the key of its server.
    const change = sql
      .updateTable('configuration_objects')
      .set({ spec: JSON.stringify(spec) })
      .where('id', '=', id)
      .where('revision', '=', revision)
    tally('objects', count, dry ? 1n : (await change.executeTakeFirst()).numUpdatedRows)
  }

  const revisions = await sql
    .selectFrom('revision_objects')
    .select(['revision_number', 'object_id', 'kind', 'spec'])
    .where('spec', 'is not', null)
    .execute()
  for (const { revision_number, object_id, kind, spec: text } of revisions) {
    const { spec, count } = resealedSpec(seal, { kind: kind as KindName, id: object_id }, JSON.parse(text ?? 'null'))
    if (count === 0) continue
    const change = sql
      .updateTable('revision_objects')
      .set({ spec: JSON.stringify(spec) })
      .where('revision_number', '=', revision_number)
      .where('object_id', '=', object_id)
    tally('revisions', count, dry ? 1n : (await change.executeTakeFirst()).numUpdatedRows)
  }
  return counts
}
