import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authenticator, Plugin, Stage } from '../api/index.ts'
import { contained } from './contained.ts'

const hangs = { kind: 'hangs', show: () => new Promise(() => {}), submit: () => new Promise(() => {}) } as unknown as Stage
const plugin: Plugin = { id: 'elsewhere', version: '1.0.0', api: '^1', stages: [hangs] }

test('a stage from elsewhere that hangs fails when its time is over, to show itself and to look at an answer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const [stage] = contained(plugin).stages ?? []
  assert.ok(stage)
  const outcomes = [stage.show({} as never), stage.submit({} as never, {})].map((outcome) =>
    assert.rejects(async () => outcome, /did not answer within 10 s/),
  )
  t.mock.timers.tick(10_000)
  await Promise.all(outcomes)
})

test('so does an authenticator that is asked whether it can be used', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const part = { show: hangs.show, submit: hangs.submit }
  const card = { kind: 'card', enrol: part, verify: part, usable: () => new Promise(() => {}) } as unknown as Authenticator
  const [authenticator] = contained({ ...plugin, authenticators: [card] }).authenticators ?? []
  const outcome = assert.rejects(async () => authenticator?.usable?.({} as never), /did not answer within 10 s/)
  t.mock.timers.tick(10_000)
  await outcome
})
