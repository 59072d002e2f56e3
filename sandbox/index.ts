/** Runs programs that somebody else wrote, each from the same state, within limits, with nothing but what it is given. */
export { createPool } from './pool/pool.ts'
export { prepare } from './prepare/prepare.ts'
export { defaultLimits } from './limits.ts'
export type { Failure, Limits, Place, Pool, PoolOptions, Prepared, PrepareOptions, Result, Run, SourceProblem, Traced } from './types.ts'
