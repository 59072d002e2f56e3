import type { Grants, Http, Mailing, Policy, Recovery } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import type { SimulationParts } from '../engine/simulate.ts'
import type { EnrolledDevices } from '../identity/devices.ts'
import type { Judge } from '../policy/types.ts'
import { registerPorts, usesOf } from './container.ts'
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

/** Devices as they are: what a try would use up is used up by nobody, and is taken to be there. */
const unused = (devices: EnrolledDevices): EnrolledDevices => ({
  ...devices,
  ofKind: (kind, single) => ({ ...devices.ofKind(kind, single), use: async () => true }),
})

const noMail = (mail: Mailing): Mailing => ({
  ...mail,
  async sendEvent() {
    throw new Error('a simulation sends no mail')
  },
  // As if there were a mail server: what follows is to be seen.
  sendLink: async () => true,
  canSend: () => true,
  sendCode: async () => ({ sent: 'simulated' }),
  takeCode: async () => 'gone',
})

/** Its conditions are asked by policies that may write. */
const noRecovery: Recovery = { path: async () => undefined }

/** The ports of a policy, for whoever makes a judge. */
export type UsePolicy = (policy: Policy) => Readonly<Record<string, unknown>>

/** Stages and policies as a simulation meets them: ports that write at once are replaced, the others only read, or make effects. */
export const quietly =
  (catalog: Catalog, implementations: Implementations, judge: (use: UsePolicy) => Judge): SimulationParts['quietly'] =>
  (quiet) => {
    const { grants, mail, devices } = implementations
    const silenced = {
      log: silent,
      http: noHttp,
      mail: noMail(mail),
      recovery: noRecovery,
      grants: readGrants(grants),
      devices: unused(devices),
    }
    const container = registerPorts({ ...implementations, ...quiet, ...silenced })
    const uses = usesOf(catalog.plugins, container)
    return {
      use: (kind) => uses(catalog.stage(kind)),
      useAuthenticator: (kind) => uses(catalog.authenticators.get(kind)),
      judge: judge(uses),
    }
  }
