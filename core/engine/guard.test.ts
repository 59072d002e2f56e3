import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'
import { inTime } from './guard.ts'

test('what a stage gives in time is given on, and its error too', async () => {
  assert.equal(await inTime('stage "quick"', 'given'), 'given')
  assert.equal(await inTime('stage "quick"', Promise.resolve('given')), 'given')
  await assert.rejects(inTime('stage "broken"', Promise.reject(new Error('broke'))), /^Error: broke$/)
})

test('a stage that hangs is waited for no longer than its time', async () => {
  await assert.rejects(inTime('stage "hangs"', new Promise(() => {}), 20), /^Error: stage "hangs" did not answer within 0\.02 s$/)
})

test('what fails after its time troubles nobody', async () => {
  const failing = wait(40).then(() => Promise.reject(new Error('late')))
  await assert.rejects(inTime('stage "late"', failing, 5), /did not answer/)
  await wait(60)
})
