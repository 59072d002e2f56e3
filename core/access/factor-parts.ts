import type { Json } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { Database } from '../data/database.ts'
import type { FactorParts } from '../engine/parts.ts'
import type { EnrolledDevices } from '../identity/devices.ts'
import type { Seal } from '../keys/seal.ts'

/** What a stage keeps while it delegates is sealed for. */
const sealedForRun = 'run of a flow'

type Given = {
  readonly database: Database
  readonly catalog: Pick<Catalog, 'answers'>
  readonly devices: EnrolledDevices
  readonly seal: Pick<Seal, 'seal' | 'open'>
  /** The ports of each authenticator. */
  readonly use: FactorParts['use']
}

/** Compiled once for each part. */
const remembered = <K extends object, T>(make: (key: K) => T): ((key: K) => T) => {
  const made = new WeakMap<K, T>()
  return (key) => {
    const before = made.get(key)
    if (before !== undefined) return before
    const value = make(key)
    made.set(key, value)
    return value
  }
}

/** What the engine needs to run parts of authenticators. */
export const factorParts = ({ database, catalog, devices, seal, use }: Given): FactorParts => ({
  use,
  devices,
  answers: remembered((schema: object) => catalog.answers(schema)),
  async dueAt(userId) {
    const user = await database.sql.selectFrom('users').select('second_factor_due_at').where('id', '=', userId).executeTakeFirst()
    return user?.second_factor_due_at ?? undefined
  },
  seal: (kept) => seal.seal(JSON.stringify(kept), sealedForRun),
  open: (sealed) => JSON.parse(seal.open(sealed, sealedForRun)) as Json,
})
