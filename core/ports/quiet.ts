import type { Grants, Http, Mailing, Policy, Recovery, Stage } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { SimulationParts } from '../engine/simulate.ts'
import type { Judge } from '../policy/types.ts'
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

/** Nothing leaves the house: another server cannot tell a try from what is meant. */
const noHttp: Http = {
  async request() {
    throw new Error('a simulation calls no other server')
  },
}

const noMail = (mail: Mailing): Mailing => ({
  ...mail,
  async sendEvent() {
    throw new Error('a simulation sends no mail')
  },
  // As if there were a mail server: what follows is to be seen.
  sendLink: async () => true,
})

/** Its conditions are asked by policies that may write. */
const noRecovery: Recovery = { path: async () => undefined }

/** The ports of a policy, for whoever makes a judge. */
export type UsePolicy = (policy: Policy) => Readonly<Record<string, unknown>>

/** Stages and policies as a simulation meets them: ports that write at once are replaced, the others only read, or make effects. */
export const quietly =
  (catalog: Catalog, implementations: Implementations, judge: (use: UsePolicy) => Judge): SimulationParts['quietly'] =>
  (quiet) => {
    const { grants, mail } = implementations
    const silenced = { log: silent, http: noHttp, mail: noMail(mail), recovery: noRecovery, grants: readGrants(grants) }
    const container = registerPorts({ ...implementations, ...quiet, ...silenced })
    const uses = new Map<Stage | Policy, Readonly<Record<string, unknown>>>()
    for (const { id, stages = [], policies = [] } of catalog.plugins)
      for (const item of [...stages, ...policies]) uses.set(item, useOf(container, id, item.use))
    const useBy = (item: Stage | Policy | undefined) => (item && uses.get(item)) ?? {}
    return { use: (kind) => useBy(catalog.stage(kind)), judge: judge(useBy) }
  }
