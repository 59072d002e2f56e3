import assert from 'node:assert/strict'
import Fastify from 'fastify'
import type { Answer, Protocol, ProtocolContext, Refusal } from '../../core/api/index.ts'
import { assertDescribed, assertFits, validSettings } from './schema.ts'

/** Who signed in, for what. `use` holds the protocol's ports under the names that it gave them. */
export type Arrived = {
  readonly use?: Readonly<Record<string, unknown>>
  /** The parked request. */
  readonly request?: object
  readonly subject?: { readonly id: string; readonly username: string }
  readonly application?: { readonly slug: string; readonly name: string }
  /** What was proved, e.g. `pwd`. */
  readonly methods?: readonly string[]
}

export type DrivenProtocol = {
  /** The answer to the application once its user has signed in. */
  finish(): Promise<Answer>
  /** The answer where that did not come about. */
  refused(why: Refusal): Promise<Answer>
}

/**
 * Ends sign-ins as the house does, without a browser: settings get their defaults, the parked request must fit its schema, and the protocol reaches
 * only ports that it declares.
 */
export function driveProtocol(protocol: Protocol, settings: object = {}, arrived: Arrived = {}): DrivenProtocol {
  const { request = {}, subject = { id: 'id-ada', username: 'ada' }, methods = ['pwd'] } = arrived
  const { application = { slug: 'wiki', name: 'The Wiki' } } = arrived
  assertFits(protocol.request, request, `the parked request of ${protocol.kind}`)
  const use = Object.keys((protocol.use ?? {}) as object).map((name) => [
    name,
    arrived.use?.[name] ?? assert.fail(`${protocol.kind} uses the port "${name}": give one in \`use\``),
  ])
  const common = {
    provider: { slug: application.slug, id: application.slug, settings: validSettings(protocol, settings), application, mappings: [] },
    request,
    origin: 'https://id.example.com',
    use: Object.freeze(Object.fromEntries(use)),
  }
  const session = { id: 'session', at: new Date('2026-01-01T00:00:00Z'), methods, userId: subject.id, factors: methods.length, levels: [] }
  return {
    finish: async () => protocol.finish({ ...common, subject, session }),
    refused: async (why) => protocol.refused({ ...common, why }),
  }
}

const refusals: readonly Refusal[] = ['denied', 'login-needed', 'consent-needed', 'level-unmet', 'expired']

/** What every protocol must do, whoever wrote it: described settings, routes that can be mounted, and an answer to every end of a sign-in. */
export async function protocolContract(protocol: Protocol, settings: object = {}, arrived: Arrived = {}): Promise<void> {
  const { kind, mounts = [], index = [] } = protocol
  assert.match(kind, /^[a-z][a-z0-9-]*$/, 'a kind is a lower-case slug')
  for (const schema of [protocol.settings, protocol.request])
    assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema, `a schema of ${kind} is not plain JSON Schema`)
  assertDescribed(protocol.settings, kind)
  for (const mount of mounts)
    assert.match(mount, /^\/.*[^/]$/, `the mount "${mount}" of ${kind} begins with a slash and does not end with one`)
  for (const name of index)
    assert.ok(name in protocol.settings.properties, `${kind} is found by "${name}", which is not among its settings`)

  const driven = driveProtocol(protocol, settings, arrived)
  const app = Fastify()
  try {
    await app.register(async (scope) => protocol.routes(scope, unasked(arrived.use)), { prefix: `/x/${kind}` })
    await app.ready()
  } finally {
    await app.close()
  }
  const answers = await Promise.all([driven.finish(), ...refusals.map((why) => driven.refused(why))])
  for (const { answer } of answers) assert.ok(['redirect', 'post', 'json', 'page'].includes(answer), `${kind} answers with ${answer}`)
}

/** While routes are mounted nobody has asked anything yet. */
const unasked = (use: Arrived['use'] = {}): ProtocolContext<any, any, any> =>
  new Proxy({ use } as unknown as ProtocolContext<any, any, any>, {
    get: (target, name) => (name === 'use' ? target.use : () => assert.fail(`ctx.${String(name)} was called while routes were mounted`)),
  })
