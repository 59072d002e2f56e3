import { createHash } from 'node:crypto'
import type { AnyNode, Node, Program } from 'acorn'
import { realmGlobals } from './globals.ts'
import { defaultLimits } from './limits.ts'
import { freeNames, type FreeName } from './names.ts'
import { traced } from './parts.ts'
import { pathsFrom } from './paths.ts'
import { placesOf } from './places.ts'
import { parseGood, parseSource } from './syntax.ts'
import { isFunction, walk } from './tree.ts'
import type { Place as SourcePlace, Prepared, PrepareOptions, SourceProblem } from './types.ts'

/** Line separators that editors do not show as such, and characters that make a source look like another (CVE-2021-42574). */
// oxlint-disable-next-line no-control-regex -- NUL is among the characters that are looked for
const misleading = /[\0\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

type Place = ReturnType<typeof placesOf>

const forbidden: { readonly [type in AnyNode['type']]?: string } = {
  WithStatement: '`with` is not allowed',
  ImportExpression: '`import` is not allowed: a program has what it is given, and nothing else',
  DebuggerStatement: '`debugger` is not allowed',
}

/** What the tree itself forbids, whether it waits, and whether it returns. */
const inspect = (program: AnyNode, place: Place) => {
  const problems: SourceProblem[] = []
  let [isAsync, returns] = [false, false]
  const deep = walk(program, (node, above) => {
    const message = forbidden[node.type]
    if (message !== undefined) problems.push({ ...place(node.start, node.end), message })
    const outside = () => !above.some(isFunction)
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) isAsync ||= outside()
    if (node.type === 'ReturnStatement') returns ||= outside()
  })
  if (deep) problems.push({ ...place(deep.start, deep.end), message: 'it is nested too deeply' })
  return { problems, isAsync, returns }
}

const unknownNames = (uses: readonly FreeName[], names: ReadonlySet<string>, place: Place): readonly SourceProblem[] =>
  uses.flatMap(({ node: { name, start, end } }) =>
    names.has(name) || realmGlobals.has(name) ? [] : [{ ...place(start, end), message: `there is no \`${name}\``, name }],
  )

/**
 * The source as the body of a function that gets the scope. It begins on the second line, so that its lines are one less than the engine's, and
 * its columns the same.
 */
const wrap = (body: string, isExpression: boolean, isAsync: boolean, names: readonly string[]): string =>
  `(function(__s){"use strict";const {${names.join(',')}}=__s;return (${isAsync ? 'async ' : ''}function(){${isExpression ? 'return (' : ''}\n${body}\n${isExpression ? ')' : ''}})()})`

const unwrapped = (code: string): string => code.slice(code.indexOf('\n') + 1, code.lastIndexOf('\n'))

/** The syntax of a program, without types and whatever stands around an expression. `place` is that of a node of it in the source. */
export const syntaxOf = ({
  source,
  code,
}: Prepared): { readonly program: Program; readonly place: (node: Node) => Required<SourcePlace> } => {
  const place = placesOf(source)
  return { program: parseGood(unwrapped(code)), place: ({ start, end }) => place(start, end) }
}

/**
 * Checks a source and makes it ready, on the caller's thread and without an engine. A source is an expression, or the body of a function with
 * `return`; `await` makes it async. All problems that can be told at once are.
 */
export const prepare = (
  source: string,
  { names, typescript = true }: PrepareOptions,
): { readonly prepared: Prepared } | { readonly problems: readonly SourceProblem[] } => {
  const place = placesOf(source)
  const bytes = Buffer.byteLength(source)
  if (bytes > defaultLimits.source)
    return { problems: [{ line: 1, column: 1, message: `it has ${bytes} bytes; at most ${defaultLimits.source} are allowed` }] }
  const odd = misleading.exec(source)
  if (odd) {
    const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return { problems: [{ ...place(odd.index), text: `U+${code}`, message: `the character U+${code} is not allowed: it cannot be seen` }] }
  }

  const parsed = parseSource(source, typescript, place)
  if ('problem' in parsed) return { problems: [parsed.problem] }
  const { code, program } = parsed
  if (program.body.length === 0) return { problems: [{ line: 1, column: 1, message: 'it is empty; write an expression' }] }
  const expression = parsed.expression as AnyNode | undefined
  const { problems, isAsync, returns } = inspect(program, place)
  if (problems.length > 0) return { problems }

  const known = new Set(names)
  const uses = freeNames(program)
  const unknown = unknownNames(uses, known, place)
  const last = program.body.at(-1)!
  const silent =
    expression || returns ? [] : [{ ...place(last.start, last.end), message: 'it gives nothing; write `return` before its value' }]
  if (unknown.length + silent.length > 0) return { problems: [...unknown, ...silent] }

  // Only the names that it uses: the fewer, the less there is to do in each run.
  const used = names.filter((name) => uses.some(({ node }) => node.name === name))
  const from = expression ? expression.start : 0
  const to = expression ? expression.end : code.length
  // What stands around an expression are comments and a semicolon; blanks keep its place.
  const blank = (text: string) => text.replaceAll(/[^\n\r]/g, ' ')
  const bodyOf = (text: string, end: number) => blank(code.slice(0, from)) + text.slice(from, end)
  const trace = traced(code, program, expression, place)
  const tracedEnd = trace.code.length - (code.length - to)
  const wrapped = wrap(bodyOf(code, to), expression !== undefined, isAsync, used)
  return {
    prepared: {
      id: createHash('sha256')
        .update(JSON.stringify([source, wrapped]))
        .digest('base64url'),
      source,
      code: wrapped,
      tracedCode: wrap(bodyOf(trace.code, tracedEnd), expression !== undefined, isAsync, used),
      parts: trace.parts,
      isAsync,
      paths: pathsFrom(uses, known),
    },
  }
}
