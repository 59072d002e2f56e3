import { stripTypeScriptTypes } from 'node:module'
import { type Node, parse, type Program } from 'acorn'
import type { SourceProblem } from './types.ts'
import type { placesOf } from './places.ts'

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

/** The source with blanks for its types; throws where it is no TypeScript, or not erasable. */
const withoutTypes = (source: string): string => {
  const strip = (before: string, after: string): string =>
    stripTypeScriptTypes(before + source + after, { mode: 'strip' }).slice(before.length, -after.length)
  if (source.trimStart().startsWith('{')) {
    try {
      return strip('async function _(){(', '\n)}')
    } catch {}
  }
  return strip('async function _(){', '\n}')
}

type AcornError = Error & { readonly pos: number }
const problemOf = (error: unknown, before: number, code: string, place: ReturnType<typeof placesOf>): SourceProblem => {
  const { message, pos } = error as AcornError
  const at = Math.min(Math.max(pos - before, 0), code.length)
  const word = /^[\w$]+|^[^\s]/.exec(code.slice(at))?.[0] ?? ''
  return { ...place(at, at + word.length), message: message.replace(/ \(\d+:\d+\)$/, '') }
}

/** Types are removed where there are any: what is JavaScript, and has no `<` that could be of a generic call, means the same without. */
export const parseSource = (
  source: string,
  typescript: boolean,
  place: ReturnType<typeof placesOf>,
): Parsed | { readonly problem: SourceProblem } => {
  let plain: Parsed | undefined
  let problem: SourceProblem | undefined
  try {
    plain = { code: source, ...parseScript(source) }
    if (!typescript || !source.includes('<')) return plain
  } catch (error) {
    if (error instanceof RangeError) return { problem: { line: 1, column: 1, message: 'it is nested too deeply' } }
    problem = problemOf(error, strict.length, source, place)
  }
  if (!typescript) return { problem: problem! }
  let code: string
  try {
    code = withoutTypes(source)
  } catch (error) {
    // The remover of types has no places, so acorn's is told, which stops at the same word or before.
    const { code: kind, message } = error as NodeJS.ErrnoException
    if (plain) return plain
    return { problem: kind === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' ? { ...problem!, message: message.split('\n')[0]! } : problem! }
  }
  try {
    return { code, ...parseScript(code) }
  } catch (error) {
    return { problem: problemOf(error, strict.length, code, place) }
  }
}
