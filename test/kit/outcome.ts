import assert from 'node:assert/strict'
import type { Fact, Outcome, Stage } from '../../core/api/index.ts'
import type { Recorded } from '../../core/engine/delegation.ts'
import { assertFits, answerSchema } from './schema.ts'
import { inputs } from './screen.ts'

export const factsOf = (listed: readonly Fact[] | ((settings: any) => readonly Fact[]) | undefined, settings: object): readonly Fact[] =>
  (typeof listed === 'function' ? listed(settings) : listed) ?? []

/** Fails the test where the engine would refuse what a stage returned. */
export function assertAllowed(stage: Stage, settings: object, outcome: Outcome, during: 'show' | 'submit', recorded?: Recorded): void {
  assertJson(outcome, `what ${stage.kind} returned`)
  if (outcome.go === 'ask') {
    const named = answerSchema(stage, settings).properties
    // What authenticators ask for is theirs.
    for (const name of stage.authenticators ? [] : inputs(outcome.screen))
      assert.ok(Object.hasOwn(named, name), `"${name}" is shown but is not in the answer`)
  }
  if (outcome.go === 'retry') assert.equal(during, 'submit', `${stage.kind}: only an answer can be retried`)
  if (outcome.go === 'pass') assertPass(stage, settings, outcome, during, recorded)
  if (outcome.go === 'ask' && outcome.proof !== undefined) assertProof(stage, outcome.proof, during, recorded)
}

function assertProof(stage: Stage, proof: string, during: 'show' | 'submit', recorded: Recorded | undefined): void {
  assert.equal(during, 'submit', `${stage.kind}: showing a page proves nothing`)
  const isProved = stage.proves?.includes(proof) || recorded?.proofs.has(proof)
  assert.ok(isProved, `${stage.kind}: proof "${proof}" is not in \`proves\`, and no authenticator has proved it`)
}

function assertPass(
  stage: Stage,
  settings: object,
  outcome: Outcome & { go: 'pass' },
  during: 'show' | 'submit',
  recorded: Recorded | undefined,
): void {
  if (outcome.proof !== undefined) assertProof(stage, outcome.proof, during, recorded)
  const gives = factsOf(stage.gives, settings)
  for (const { fact, value } of outcome.know ?? []) {
    const schema = gives.find((given) => given.name === fact)?.schema ?? assert.fail(`${stage.kind}: fact "${fact}" is not in \`gives\``)
    assertFits(schema, value, `fact "${fact}"`)
  }
}

/** Runs are stored: a value that does not survive JSON would be another one at the next answer. Properties may be `undefined`. */
function assertJson(value: unknown, what: string): void {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return
  if (typeof value === 'number') {
    assert.ok(Number.isFinite(value), `${what} has a number that is not finite`)
    return
  }
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  assert.ok(Array.isArray(value) || prototype === Object.prototype || prototype === null, `${what} is not plain JSON`)
  for (const inner of Object.values(value as object)) assertJson(inner, what)
}
