import type { Port, Protocol, ProtocolContext, Use } from '../api/index.ts'
import { inTime } from '../engine/guard.ts'
import { mountsOf } from '../http/protocols.ts'
import { type Found, kindsOf } from './admit.ts'
import type { Disabled } from './external-plugins.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** What works while routes are mounted, when no database is open and nobody has asked for anything. */
const early: Readonly<Record<string, object>> = { clock: { now: () => new Date() }, log: quiet }

const tooEarly = (what: string) => () => {
  throw new Error(`${what} is called while routes are mounted; call it when a request is answered`)
}

const portsOf = (use: Use = {}): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(use).map(([name, { id }]: [string, Port<unknown>]) => [
      name,
      early[id] ?? new Proxy({}, { get: (_, method) => tooEarly(`use.${name}.${String(method)}`) }),
    ]),
  )

const contextOf = (protocol: Protocol): ProtocolContext<any, any, any> => {
  const use = portsOf(protocol.use)
  return new Proxy({} as ProtocolContext<any, any, any>, { get: (_, name) => (name === 'use' ? use : tooEarly(`ctx.${String(name)}`)) })
}

/** Why the routes of these protocols cannot be mounted, if they cannot. */
const problemWith = async (protocols: readonly Protocol[]): Promise<string | undefined> => {
  // Only where there is something to rehearse: most commands need no HTTP.
  const { layGround } = await import('../http/ground.ts')
  for (const protocol of protocols) {
    const app = await layGround()
    try {
      for (const prefix of mountsOf(protocol)) app.register(async (scope) => protocol.routes(scope, contextOf(protocol)), { prefix })
      await inTime(`mounting the routes of protocol "${protocol.kind}"`, app.ready())
    } catch (error) {
      return `the routes of protocol "${protocol.kind}" cannot be mounted: ${error instanceof Error ? error.message : String(error)}`
    } finally {
      void app.close().catch(() => {})
    }
  }
  return undefined
}

/**
 * Mounts the routes of protocols from elsewhere where nobody sees them, before anything depends on them: Fastify starts no server of which one route cannot be
 * mounted, and configuration that names the protocol is to be refused with the reason.
 */
export const rehearseMounts = async (
  found: readonly Found[],
): Promise<{ readonly admitted: readonly Found[]; readonly unmountable: readonly Disabled[] }> => {
  const tried = await Promise.all(
    found.map(async (one) => {
      const { protocols = [] } = one.plugin
      return { one, problem: protocols.length > 0 ? await problemWith(protocols) : undefined }
    }),
  )
  return {
    admitted: tried.flatMap(({ one, problem }) => (problem === undefined ? [one] : [])),
    unmountable: tried.flatMap(({ one: { plugin, path }, problem }) =>
      problem === undefined ? [] : [{ id: plugin.id, kinds: kindsOf(plugin), path, reason: `plugin "${plugin.id}": ${problem}` }],
    ),
  }
}
