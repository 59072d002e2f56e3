import assert from 'node:assert/strict'
import { type AuditEvent, type Delivery, Secret, type Sink } from '../../core/api/index.ts'
import type { Schema } from '../../core/configuration/schema.ts'
import { sealSecrets } from '../../core/configuration/secrets.ts'
import { assertDescribed, validSettings } from './schema.ts'

/** What a sink is given. `use` holds its ports under the names that it gave them. */
export type Delivering = {
  readonly use?: Readonly<Record<string, unknown>>
  /** Default: `anEvent()`. */
  readonly event?: AuditEvent
  /** From 1, which is the default. */
  readonly attempt?: number
  readonly signal?: AbortSignal
}

/** A complete event from the parts that matter to a test; of the others nothing is known. */
export const anEvent = (fields: Partial<AuditEvent> = {}): AuditEvent => ({
  id: '01900000-0000-7000-8000-000000000001',
  at: '2026-01-01T00:00:00.000Z',
  action: 'user.created',
  user: null,
  userName: null,
  application: null,
  ip: '',
  userAgent: '',
  request: null,
  detail: {},
  ...fields,
})

/** Settings as the house has them: with defaults, with secrets that tell nothing, and checked by the sink itself. */
const settingsOf = (sink: Sink, settings: object): Record<string, unknown> => {
  const { check, ...unchecked } = sink
  const valid = sealSecrets(sink.settings as Schema, validSettings(unchecked, settings))
  const problems = (check?.(valid) ?? []).map(({ pointer, message }) => `${pointer} ${message}`)
  assert.equal(problems.length, 0, `settings of ${sink.kind}: ${problems.join('; ')}`)
  return valid
}

/** Delivers one event as the house does: settings get their defaults, secrets are written as texts, a sink reaches only ports that it declares, and a throw counts as `tryAgain`. */
export async function deliver(sink: Sink, settings: object = {}, given: Delivering = {}): Promise<Delivery> {
  const { event = anEvent(), attempt = 1, signal = AbortSignal.timeout(60_000) } = given
  const use = Object.keys((sink.use ?? {}) as object).map((name) => [
    name,
    given.use?.[name] ?? assert.fail(`${sink.kind} uses the port "${name}": give one in \`use\``),
  ])
  const context = { slug: sink.kind, settings: settingsOf(sink, settings), use: Object.freeze(Object.fromEntries(use)), attempt, signal }
  try {
    return await sink.deliver(event, context)
  } catch (error) {
    return { outcome: 'again', said: error instanceof Error ? error.message : String(error), status: undefined, after: undefined }
  }
}

function* secretsIn(value: unknown): Generator<string> {
  if (value instanceof Secret) yield value.reveal()
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* secretsIn(inner)
}

/**
 * What every sink must do, whoever wrote it: described settings, and an end to each delivery, of events of which little is known, too, that says
 * something and tells no secret. With `settings` and `given`, an event must be delivered.
 */
export async function sinkContract(sink: Sink, settings: object = {}, given: Delivering = {}): Promise<void> {
  assert.match(sink.kind, /^[a-z][a-z0-9-]*$/, 'a kind is a lower-case slug')
  assert.deepEqual(JSON.parse(JSON.stringify(sink.settings)), sink.settings, `settings of ${sink.kind} are not plain JSON Schema`)
  assertDescribed(sink.settings, sink.kind)
  const full = anEvent({
    user: 'id-ada',
    userName: 'ada',
    application: 'wiki',
    ip: '192.0.2.1',
    userAgent: 'test',
    request: 'request',
    detail: { object: { kind: 'groups', id: 'staff', name: '“Zoë”\n' }, list: [1, null, true] },
  })
  const secrets = [...secretsIn(settingsOf(sink, settings))]
  for (const event of [given.event ?? full, anEvent({ action: 'sink.test' })]) {
    const { outcome, said } = await deliver(sink, settings, { ...given, event })
    assert.equal(outcome, 'delivered', `${sink.kind} did not deliver ${event.action}: ${said}`)
    assert.ok(said.trim(), `${sink.kind} says nothing of how the delivery of ${event.action} ended`)
    assert.ok(!secrets.some((one) => said.includes(one)), `${sink.kind} tells a secret in what it says`)
  }
}
