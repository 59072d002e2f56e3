import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSecret, type Report, visitsOf } from './trace.ts'

const report: Report = {
  flow: 'x',
  title: 'X',
  effects: [],
  claims: [],
  ends: 'denied',
  why: 'no',
  trace: [
    { step: 'identification-1', did: 'ask', title: 'Sign in', fields: [], answered: ['identifier'] },
    { step: 'identification-1', did: 'submit', verdict: 'pass', ms: 2 },
    { step: 'dummy-2', did: 'test', verdict: 'no', reasons: [], ms: 1 },
    { step: 'deny-3', did: 'test', verdict: 'yes', reasons: [], ms: 1 },
    { step: 'deny-3', did: 'show', verdict: 'deny', ms: 0.5 },
  ],
}

test('a trace is told by steps, each with what came of it', () => {
  assert.deepEqual(
    visitsOf(report).map(({ step, verdict, ms, lines }) => [step, verdict, ms, lines.length]),
    [
      ['identification-1', 'passed', 2, 2],
      ['dummy-2', 'skipped', 1, 1],
      ['deny-3', 'denied', 1.5, 2],
    ],
  )
  const broken: Report = { ...report, ends: 'failed', step: 'deny-3', reason: 'it broke' }
  assert.equal(visitsOf(broken).at(-1)?.verdict, 'failed')
})

test('secrets are known by their names', () => {
  assert.deepEqual(['password', 'password-repeat', 'clientSecret', 'identifier', 'email'].map(isSecret), [true, true, true, false, false])
})
