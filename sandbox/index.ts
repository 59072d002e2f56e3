export { createPool } from './pool.ts'
export { prepare } from './prepare.ts'
export type * from './types.ts'
