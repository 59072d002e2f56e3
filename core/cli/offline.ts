import { createConsents, consentEffects } from '../access/consents.ts'
import { rehearsal } from '../access/closing.ts'
import { factorParts } from '../access/factor-parts.ts'
import { createPasswords, passwordEffects } from '../access/passwords.ts'
import type { Grants, Http, Mailing, Keys, MappedClaims, Recovery, Users } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { Database } from '../data/database.ts'
import type { SimulationParts } from '../engine/simulate.ts'
import { createDevices, deviceEffects } from '../identity/devices.ts'
import { createDirectory, createUsers, createUsersWrite, userEffects } from '../identity/users.ts'
import { createHasher, type Hasher } from '../keys/hashing.ts'
import type { Seal } from '../keys/seal.ts'
import { createJudge } from '../policy/judge.ts'
import { createPolicyPool } from '../policy/pool.ts'
import { quietly } from '../ports/quiet.ts'
import { databaseStore } from '../store/database.ts'
import { coreMessages } from '../web/core-messages.ts'
import { createMessages } from '../web/messages.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A port that only a running server has. */
const absent = (port: string): object =>
  new Proxy(
    {},
    {
      get: (_, name) => () => {
        throw new Error(`the port "${port}" (${String(name)}) is there in a running server only`)
      },
    },
  )

export type Offline = {
  readonly users: Users
  readonly hasher: Hasher
  readonly simulation: SimulationParts
  readonly messages: ReturnType<typeof createMessages>
  /** Ends the sandbox. */
  close(): Promise<void>
}

/** What simulations need, over a database that no server has. */
export const offline = (database: Database, catalog: Catalog, seal: Seal): Offline => {
  const clock = { now: () => new Date() }
  const hasher = createHasher()
  const users = createUsers(database)
  const store = databaseStore(database, clock)
  const devices = createDevices({ database, seal, clock, log: silent })
  const effects = { ...userEffects, ...passwordEffects, ...consentEffects, ...deviceEffects }
  const implementations = {
    clock,
    log: silent,
    users,
    usersWrite: createUsersWrite(),
    passwords: createPasswords({ database, hasher }),
    consents: createConsents(database),
    store,
    devices,
    keys: absent('keys') as Keys,
    grants: absent('grants') as Grants,
    claims: absent('claims') as MappedClaims,
    events: { record: async () => {} },
    http: absent('http') as Http,
    mail: absent('mail') as Mailing,
    recovery: absent('recovery') as Recovery,
  }
  const pool = createPolicyPool()
  const directory = createDirectory(database)
  return {
    users,
    hasher,
    simulation: {
      store,
      quietly: quietly(catalog, implementations, (use) => createJudge({ pool, directory, use, log: silent })),
      // The ports of authenticators are those of each simulation.
      factors: factorParts({ database, catalog, devices, seal, use: () => ({}) }),
      rehearse: rehearsal(database, effects, clock),
    },
    messages: createMessages({ core: coreMessages, plugins: catalog.plugins.map(({ messages = {} }) => messages), problem: () => {} }),
    close: () => pool.close(),
  }
}
