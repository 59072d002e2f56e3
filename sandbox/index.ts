export { createPool } from './pool.ts'
export { prepare, syntaxOf } from './prepare.ts'
export { children, isFunction } from './tree.ts'
export type * from './types.ts'
