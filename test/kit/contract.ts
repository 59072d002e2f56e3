import assert from 'node:assert/strict'
import type { Stage } from '../../core/api/index.ts'
import { drive, type Given } from './drive.ts'
import { answerSchema, assertDescribed, validSettings } from './schema.ts'
import { canBeSent, inputs } from './screen.ts'

/** What goes wrong by accident or is sent on purpose. No stage that proves something may take any of it for a proof. */
export const nonsense: readonly unknown[] = [
  '',
  ' ',
  '\0',
  'on',
  'true',
  '0',
  'x'.repeat(1_000_000),
  7,
  true,
  null,
  [],
  ['x'],
  {},
  { $ne: '' },
]

/**
 * What every stage must do, whoever wrote it. `settings` and `given` must lead to the stage's page, if it has one. With what `given` says,
 * none of the nonsense sent may be right, e.g. no password `on`.
 */
export async function stageContract(stage: Stage, settings: object = {}, given: Given = {}): Promise<void> {
  assert.match(stage.kind, /^[a-z][a-z0-9-]*$/, 'a kind is a lower-case slug')
  assert.deepEqual(JSON.parse(JSON.stringify(stage.settings)), stage.settings, `settings of ${stage.kind} are not plain JSON Schema`)
  assertDescribed(stage.settings, stage.kind)

  const driven = drive(stage, settings, given)
  const first = await driven.show()
  assert.deepEqual(await driven.show(), first, `showing ${stage.kind} twice differs`)
  assert.notEqual(first.go, 'retry')
  if (first.go !== 'ask') return

  const properties = Object.keys(answerSchema(stage, validSettings(stage, settings)).properties)
  const shown = new Set(inputs(first.screen))
  for (const name of properties) assert.ok(shown.has(name), `"${name}" is in the answer of ${stage.kind} but is not shown`)
  assert.ok(canBeSent(first.screen), `the page of ${stage.kind} cannot be submitted without a button`)

  if (!stage.proves?.length) return
  for (const value of nonsense) {
    const answer = Object.fromEntries(properties.map((name) => [name, value]))
    assert.notEqual(
      (await drive(stage, settings, given).submit(answer)).go,
      'pass',
      `${stage.kind} took ${JSON.stringify(value)?.slice(0, 40)}`,
    )
  }
  assert.notEqual((await drive(stage, settings, given).submit({})).go, 'pass', `${stage.kind} took an empty answer`)
  assert.notEqual((await drive(stage, settings, given).submit({ other: 'x' })).go, 'pass', `${stage.kind} took another stage's answer`)
}
