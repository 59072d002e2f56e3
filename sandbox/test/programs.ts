import assert from 'node:assert/strict'
import { prepare, type Prepared, type Result } from '../index.ts'

const names = ['user', 'request', 'list']

/** Fails the test if it has problems. */
export const program = (source: string): Prepared => {
  const done = prepare(source, { names })
  if ('problems' in done) assert.fail(`${source}: ${JSON.stringify(done.problems)}`)
  return done.prepared
}

export const shown = (result: Result): string =>
  result.ok ? `value ${JSON.stringify(result.value)}` : `${result.failure.kind} ${result.failure.message}`

/** Cannot be interrupted. */
export const unstoppable = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'
