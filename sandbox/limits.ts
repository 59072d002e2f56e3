import type { Limits } from './types.ts'

export const defaultLimits: Limits = {
  memory: 4 * 1024 * 1024,
  fuel: 200,
  scope: 256 * 1024,
  result: 64 * 1024,
  source: 64 * 1024,
  jobs: 2000,
  deadline: 50,
}

/** Milliseconds that the engine has for one source; compiling has no other way to be slow than by the length of the source. */
export const compileDeadline = 200
