import type { Expression, Json } from '../api/index.ts'
import type { Prepared, Result, Run } from '../../sandbox/index.ts'
import { fetchUser, type Directory, type Fetched } from './directory.ts'
import { decisive, type Decisive } from './explain.ts'
import { programOf } from './expressions.ts'
import { needsOf, scopeFor } from './pruning.ts'
import type { Situation } from './types.ts'

/** Why an expression has no value, and where in it. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
  readonly line: number | undefined
  readonly column: number | undefined
  constructor(message: string, line?: number, column?: number) {
    super(message)
    this.line = line
    this.column = column
  }
}

export type Evaluated = { readonly value: Json; readonly decisive: Decisive | undefined }

export type Evaluation = {
  readonly run: (run: Run) => Promise<Result>
  readonly directory: Directory
  readonly situation: Situation
  /** What is known of the user already; what a program needs beyond it is asked for. */
  readonly fetched: Fetched
  readonly explain: boolean
}

/** Runs an expression about a situation. Throws an `EvaluationError` where it has no value. */
export const evaluate = (expression: Expression, given: Evaluation): Promise<Evaluated> => {
  const program = programOf(expression)
  const missing = given.situation.user ? [...needsOf(program.paths)].filter((part) => !(part in given.fetched)) : []
  // At once where nothing is missing, so that all that is asked for now goes in one message.
  return missing.length === 0 ? evaluateWith(program, given.fetched, given) : fetchMore()

  async function fetchMore(): Promise<Evaluated> {
    const more = await fetchUser(given.directory, given.situation.user?.id, new Set(missing))
    return evaluateWith(program, { ...given.fetched, ...more }, given)
  }
}

const evaluateWith = async (program: Prepared, fetched: Fetched, { run, situation, explain }: Evaluation): Promise<Evaluated> => {
  const scope = scopeFor(program.paths, situation, fetched)
  const result = await run({ program, scope, now: situation.request.at.getTime(), ...(explain && { trace: true }) })
  if (!result.ok) {
    const { message, place } = result.failure
    throw new EvaluationError(message, place?.line, place?.column)
  }
  return { value: result.value as Json, decisive: explain ? decisive(program, result.trace ?? []) : undefined }
}
