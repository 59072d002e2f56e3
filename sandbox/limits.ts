import type { Limits } from './types.ts'

const kilobyte = 1024

/** What one run may use, unless the pool is told otherwise. */
export const defaultLimits: Limits = {
  memory: 4096 * kilobyte,
  fuel: 200,
  scope: 256 * kilobyte,
  result: 64 * kilobyte,
  source: 64 * kilobyte,
  jobs: 2000,
  deadline: 50,
}
