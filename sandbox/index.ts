export { createPool } from './pool.ts'
export { prepare } from './prepare.ts'
export { stripTypes } from './strip.ts'
export type * from './types.ts'
