import type { Grants, Stage } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { SimulationParts } from '../engine/simulate.ts'
import { registerPorts, useOf } from './container.ts'
import type { Implementations } from './types.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Grants to be read. What would change one does nothing, and says what it would if nothing were there. */
const readGrants = (grants: Grants): Grants => ({
  ...grants,
  open: async (grant) => grant,
  revoke: async () => {},
  rotate: async () => ({ ok: false, why: 'unknown' }),
})

/** The ports of stages as a simulation gives them: those that write at once are replaced, the others only read, or make effects. */
export const quietUse =
  (catalog: Catalog, implementations: Implementations): SimulationParts['use'] =>
  (quiet) => {
    const container = registerPorts({ ...implementations, ...quiet, log: silent, grants: readGrants(implementations.grants) })
    const uses = new Map<Stage, object>()
    for (const { id, stages = [] } of catalog.plugins) for (const stage of stages) uses.set(stage, useOf(container, id, stage.use))
    return (kind) => {
      const stage = catalog.stage(kind)
      return (stage && uses.get(stage)) ?? {}
    }
  }
