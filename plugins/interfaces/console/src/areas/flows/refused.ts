import { ApiError } from 'sluice/interface'
import { type Lint, lintOf } from './lint.ts'

/** What a refused change says of the flow; `undefined`: it was refused for another reason. */
export const lintOfError = (error: unknown): readonly Lint[] | undefined =>
  error instanceof ApiError && error.problem.errors ? lintOf(error.problem.errors) : undefined
