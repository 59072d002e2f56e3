import { type Node, parse, type Program } from 'acorn'
import type { placesOf } from './places.ts'
import { stripTypes, TooIntricate } from './strip.ts'
import type { SourceProblem } from './types.ts'

/** A tree of a script in strict mode; offsets are those of `code`. */
export type Parsed = {
  /** The source without types, as long as it was. */
  readonly code: string
  readonly program: Program
  /** The one expression that it is; else it is the body of a function. */
  readonly expression: Node | undefined
}

const strict = '"use strict";'
const options = {
  ecmaVersion: 2024,
  sourceType: 'script',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
} as const

/** Shifts the offsets in place: the source stood behind the directive when it was parsed. */
const shift = (value: unknown, by: number): void => {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const one = open.pop()
    if (Array.isArray(one)) open.push(...(one as unknown[]))
    else if (one !== null && typeof one === 'object' && 'type' in one) {
      const node = one as Node
      node.start -= by
      node.end -= by
      open.push(...Object.values(node))
    }
  }
}

const parsedBehind = (before: string, code: string, after: string): Program => {
  const program = parse(before + code + after, options)
  program.body.shift()
  shift(program, before.length)
  return program
}

const onlyExpression = ({ body }: Program): Node | undefined => {
  const [statement] = body
  return body.length === 1 && statement?.type === 'ExpressionStatement' ? statement.expression : undefined
}

/** The source alone, so that it cannot leave the function that it becomes the body of. Throws acorn's errors. */
const parseScript = (code: string): Omit<Parsed, 'code'> => {
  if (code.trimStart().startsWith('{')) {
    // An object, where a statement would be a block.
    try {
      const program = parsedBehind(`${strict}(`, code, '\n)')
      const expression = onlyExpression(program)
      if (expression?.type === 'ObjectExpression') return { program, expression }
    } catch {}
  }
  const program = parsedBehind(strict, code, '')
  return { program, expression: onlyExpression(program) }
}

/** The syntax of what was found good and is without types: an expression where it can be one. Its offsets are those of `code`. */
export const parseGood = (code: string): Program => {
  try {
    return parsedBehind(`${strict}(`, code, '\n)')
  } catch {
    return parsedBehind(strict, code, '')
  }
}

/** `return` and `await` are allowed in it. */
const functionStart = 'async function _(){'
/** The source with blanks for its types; throws where it is no TypeScript, or not erasable. */
const withoutTypes = (source: string): string => {
  const strip = (before: string, after: string): string => stripTypes(before + source + after).slice(before.length, -after.length)
  if (source.trimStart().startsWith('{')) {
    try {
      return strip(`${functionStart}(`, '\n)}')
    } catch {}
  }
  return strip(functionStart, '\n}')
}

type AcornError = Error & { readonly pos: number }
const problemOf = (error: unknown, before: number, code: string, place: ReturnType<typeof placesOf>): SourceProblem => {
  const { message, pos = before } = error as Partial<AcornError> & Error
  const at = Math.min(Math.max(pos - before, 0), code.length)
  const word = /^[\w$]+|^[^\s]/.exec(code.slice(at))?.[0] ?? ''
  return { ...place(at, at + word.length), message: message.replace(/ \(\d+:\d+\)$/, '') }
}

/** Of two parsers, the one that came further knows better. */
const isLater = (one: SourceProblem, other: SourceProblem): boolean =>
  one.line > other.line || (one.line === other.line && one.column > other.column)

/** The place is in the stack only: `:LINE`, an excerpt, and a row of carets. */
const strippingProblem = (
  { message, stack = '' }: Error,
  source: string,
  place: ReturnType<typeof placesOf>,
): SourceProblem | undefined => {
  const [, line, blanks, carets] = /^:(\d+)\n[^]*?\n( *)(\^+)\n/.exec(stack) ?? []
  if (line === undefined || blanks === undefined || carets === undefined) return undefined
  const before = source.split('\n').slice(0, Number(line) - 1)
  const column = blanks.length - (line === '1' ? functionStart.length : 0)
  const at = Math.min(before.join('\n').length + (before.length > 0 ? 1 : 0) + Math.max(0, column), source.length)
  return { ...place(at, at + carets.length), message: message.split('\n')[0]! }
}

/** `f<T>(x)` is JavaScript too, and means two comparisons there. */
const generic = /[\w$)\]]\s*<[^<>=;&|]*>\s*[(`]/

/** Types are removed where there are any: what is JavaScript, and has nothing that looks like a generic call, means the same without. */
export const parseSource = (
  source: string,
  typescript: boolean,
  place: ReturnType<typeof placesOf>,
): Parsed | { readonly problem: SourceProblem } => {
  let plain: Parsed | undefined
  let problem: SourceProblem | undefined
  try {
    plain = { code: source, ...parseScript(source) }
    if (!typescript || !generic.test(source)) return plain
  } catch (error) {
    problem = problemOf(error, strict.length, source, place)
    if (problem.message.includes('stack')) return { problem: { ...problem, message: 'it is nested too deeply' } }
  }
  if (!typescript) return { problem: problem! }
  let code: string
  try {
    code = withoutTypes(source)
  } catch (error) {
    if (plain) return plain
    if (error instanceof TooIntricate) return { problem: { ...problem!, message: error.message } }
    const other = strippingProblem(error as Error, source, place)
    const unsupported = (error as NodeJS.ErrnoException).code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    return { problem: other && (unsupported || isLater(other, problem!)) ? other : problem! }
  }
  try {
    return { code, ...parseScript(code) }
  } catch (error) {
    return { problem: problemOf(error, strict.length, code, place) }
  }
}
