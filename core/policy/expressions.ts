import { prepare, type Prepared } from '../../sandbox/index.ts'
import type { Expression } from '../api/index.ts'
import { didYouMean, meant } from '../configuration/suggest.ts'
import { misuses } from './misuses.ts'
import { pythonHabit, rewritePython } from './python.ts'
import { replaced } from './remark.ts'
import { names as allNames } from './scope.ts'

/** Something wrong with a source; lines and columns count from 1, within the source. */
export type ExpressionProblem = {
  readonly message: string
  readonly line: number
  readonly column: number
  /** The whole source as it was probably meant, where that is certain enough to be offered. */
  readonly suggestion?: string
}

export type CompiledExpression = { readonly expression: Expression } | { readonly problems: readonly ExpressionProblem[] }

const programs = new WeakMap<Expression, Prepared>()

/** What the sandbox runs for an expression. Throws for an object that only looks like one. */
export const programOf = (expression: Expression): Prepared => {
  const program = programs.get(expression)
  if (!program) throw new TypeError('this is not an expression of the configuration')
  return program
}

/** Every expression in a value, at any depth. */
export const expressionsIn = (value: unknown): readonly Expression[] => {
  if (typeof value !== 'object' || value === null) return []
  return programs.has(value as Expression) ? [value as Expression] : Object.values(value).flatMap(expressionsIn)
}

type Checked = { readonly prepared: Prepared } | { readonly problems: readonly ExpressionProblem[] }

const check = (source: string, names: readonly string[]): Checked => {
  const made = prepare(source, { names })
  if ('problems' in made) {
    const problems = made.problems.map(({ message, line, column, text = '' }) => {
      if (!/^[\w$]+$/.test(text)) return { message, line, column }
      const instead = meant(text, names)
      const start = offsetOf(source, line, column)
      // Only what stands there can be replaced.
      const suggestion =
        instead !== undefined && source.startsWith(text, start) && replaced(source, { start, end: start + text.length }, instead)
      return { message: message + didYouMean(text, names), line, column, ...(suggestion && { suggestion }) }
    })
    return { problems }
  }
  const problems = misuses(made.prepared)
  return problems.length > 0 ? { problems } : made
}

const offsetOf = (source: string, line: number, column: number): number =>
  source
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, text) => sum + text.length + 1, column - 1)

const placeAt = (source: string, offset: number) => {
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

const rewrittenOf = (source: string): string | undefined => {
  try {
    return rewritePython(source)
  } catch (error) {
    // It nests deeper than the stack is: the sandbox says so too.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The habit that made a source wrong, with what was meant: only if that would be right. */
const asPython = (source: string, names: readonly string[]): ExpressionProblem | undefined => {
  const habit = pythonHabit(source)
  const rewritten = habit && rewrittenOf(source)
  if (!habit || rewritten === undefined || 'problems' in check(rewritten, names)) return undefined
  return { ...placeAt(source, habit.at), message: `${habit.message}; did you mean \`${rewritten}\`?`, suggestion: rewritten }
}

/**
 * Checks an expression and makes it ready for the sandbox. What people write by habits of Python is refused along with what they meant.
 * @param options.names what it may use; all names of the scope by default
 */
export const compileExpression = (
  source: string,
  { names = allNames }: { readonly names?: readonly string[] } = {},
): CompiledExpression => {
  const checked = check(source, names)
  if ('problems' in checked) {
    const python = asPython(source, names)
    return { problems: python ? [python] : checked.problems }
  }
  const expression = Object.freeze({ source }) as Expression
  programs.set(expression, checked.prepared)
  return { expression }
}
