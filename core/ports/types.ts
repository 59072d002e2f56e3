import type { Port, ports } from '../api/index.ts'

type Implemented<T> = T extends Port<infer I> ? I : never

/** An implementation of every port that the API declares, under the name by which it does. */
export type Implementations = { readonly [K in keyof typeof ports]: Implemented<(typeof ports)[K]> }
