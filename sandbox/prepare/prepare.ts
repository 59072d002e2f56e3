import { createHash } from 'node:crypto'
import { defaultLimits } from '../limits.ts'
import type { Prepared, PrepareOptions, SourceProblem } from '../types.ts'
import { freeNames, pathOf, type Free } from './names.ts'
import { type Any, children, parseBody, placeOf, shapeProblem } from './parse.ts'
import { textProblem, withoutTypes } from './text.ts'
import { traced } from './trace.ts'

/** What the language itself has in the realm (see `engine/guest.js` for what was taken out). */
const builtIns = new Set(
  (
    'undefined NaN Infinity globalThis console Object Array String Number Boolean BigInt Symbol Math JSON Date RegExp Map Set WeakMap WeakSet Promise ' +
    'Reflect Iterator Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError InternalError ' +
    'isNaN isFinite parseInt parseFloat encodeURI encodeURIComponent decodeURI decodeURIComponent'
  ).split(' '),
)

type Outcome = { readonly prepared: Prepared } | { readonly problems: readonly SourceProblem[] }

/** The tree of a source as JavaScript, or where it is none, as TypeScript without its types. */
const parsed = (
  source: string,
  typescript: boolean,
): { readonly code: string; readonly tree: Any } | { readonly problem: SourceProblem } => {
  const plain = parseBody(source)
  if ('body' in plain) return { code: source, tree: plain.body as unknown as Any }
  const stripped = typescript ? withoutTypes(source) : undefined
  if (!stripped || 'problem' in stripped) {
    // Most sources are JavaScript: what its parser says is the better word, unless it is about TypeScript that cannot be erased.
    const erasable =
      stripped && /not supported|too intricate/.test(stripped.problem) ? { ...plain.problem, message: stripped.problem } : plain.problem
    return { problem: erasable }
  }
  const typed = parseBody(stripped.code)
  return 'body' in typed ? { code: stripped.code, tree: typed.body as unknown as Any } : { problem: plain.problem }
}

/** A source that is one expression is its own value. */
const expressionOf = (tree: Any): Any | undefined => {
  const [only, ...more] = tree['body'] as readonly Any[]
  return only?.type === 'ExpressionStatement' && more.length === 0 ? (only['expression'] as Any) : undefined
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const waits = (node: Any): boolean =>
  node.type === 'AwaitExpression' ||
  (node.type === 'ForOfStatement' && node['await'] === true) ||
  [...children(node)].some((child) => !functions.has(child.type) && waits(child))

const unknownName = ({ name, node }: Free, names: readonly string[]): SourceProblem => ({
  ...placeOf(node),
  text: name,
  unknown: name,
  message: `there is no "${name}" here; there are ${names.join(', ')}`,
})

/** The source of an expression, without the semicolon and what follows it. */
const bareOf = (code: string, tree: Any): string => {
  const [statement] = tree['body'] as readonly Any[]
  return code.slice(0, statement?.end).replace(/;$/, '')
}

/** Braces at the start are a block: whoever wrote an object meant its value. */
const blockProblem = (code: string, tree: Any): SourceProblem | undefined => {
  const [only, ...more] = tree['body'] as readonly Any[]
  if (only?.type !== 'BlockStatement' || more.length > 0 || !('body' in parseBody(`(${code}\n)`))) return undefined
  return { ...placeOf(only), message: 'is a block, not an object; write ({ … })' }
}

const uniquePaths = (free: readonly Free[]): readonly (readonly string[])[] => [
  ...new Map(free.map((one) => pathOf(one)).map((path) => [path.join('\0'), path])).values(),
]

/**
 * Parses a source, an expression or a function's body with `return`, and finds what is wrong with it. Runs nothing. The source is parsed by
 * itself, so that it cannot leave the function that it is put into.
 */
export const prepare = (source: string, { names, globals = [], typescript = true }: PrepareOptions): Outcome => {
  const text = textProblem(source, defaultLimits.source)
  if (text) return { problems: [text] }
  const tree = parsed(source, typescript)
  if ('problem' in tree) return { problems: [tree.problem] }
  const shape = shapeProblem(tree.tree) ?? blockProblem(tree.code, tree.tree)
  if (shape) return { problems: [shape] }
  if ((tree.tree['body'] as readonly unknown[]).length === 0)
    return { problems: [{ line: 1, column: 1, message: 'is empty; write an expression, or statements with "return"' }] }

  const free = freeNames(tree.tree)
  const allowed = new Set([...names, ...globals])
  const unknown = free.filter(({ name }) => !allowed.has(name) && !builtIns.has(name))
  if (unknown.length > 0) return { problems: unknown.map((one) => unknownName(one, names)) }

  const expression = expressionOf(tree.tree)
  const isAsync = waits(tree.tree)
  const used = names.filter((name) => free.some((one) => one.name === name))
  const opening = `(function(__s){"use strict";const{${used.join(',')}}=__s;return(${isAsync ? 'async ' : ''}function(){`
  const body = expression ? bareOf(tree.code, tree.tree) : tree.code
  const whole = (text: string) => `${opening}${expression ? `return(${text}\n)` : text}\n})()})`
  const code = whole(body)
  const traces = traced(body, tree.tree, expression)
  return {
    prepared: {
      id: createHash('sha256').update(code).digest('base64url'),
      source,
      code,
      tracedCode: whole(traces.code),
      shift: opening.length + (expression ? 'return('.length : 0),
      parts: traces.parts,
      inserts: traces.inserts,
      isAsync,
      paths: uniquePaths(free.filter(({ name }) => names.includes(name))),
    },
  }
}
