import type { AnyNode } from 'acorn'
import { didYouMean } from '../configuration/suggest.ts'
import type { ExpressionProblem } from './expressions.ts'
import { networkProblem } from './networks.ts'
import { entryOf } from './scope.ts'
import { nodesOf, parseSource, pathOf, placeOf } from './syntax.ts'

const typeOf = (path: readonly string[]): string | undefined => {
  const [name = '', field] = path
  const entry = entryOf(name)
  if (path.length === 1) return entry?.type
  return path.length === 2 ? entry?.fields?.[field ?? '']?.type : undefined
}

/** What stands where an object would have to: a list, a text, or several things in brackets as Python writes a list. */
const kindOf = (node: AnyNode): 'list' | 'text' | undefined => {
  if (node.type === 'ArrayExpression' || node.type === 'SequenceExpression') return 'list'
  if (node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string')) return 'text'
  const type = typeOf(pathOf(node) ?? [])
  if (type?.endsWith('[]')) return 'list'
  return type === 'string' || type === 'string | null' ? 'text' : undefined
}

/** `'x' in ['x']` asks for a position in the list and so is false without a word; of a text it fails when it is run. */
const misplacedIn = (node: AnyNode): string | undefined => {
  const kind = node.type === 'BinaryExpression' && node.operator === 'in' ? kindOf(node.right) : undefined
  if (kind === undefined) return undefined
  return `"in" does not look into ${kind}s in JavaScript; use ${kind}.includes(value), or address.in(network, …)`
}

const unknownField = (node: AnyNode): string | undefined => {
  const path = node.type === 'MemberExpression' ? pathOf(node) : undefined
  const [name = '', field = ''] = path ?? []
  const fields = path?.length === 2 ? entryOf(name)?.fields : undefined
  if (!fields || Object.hasOwn(fields, field)) return undefined
  const known = Object.keys(fields)
  return `"${name}" has no "${field}"${didYouMean(field, known) || `; it has ${known.join(', ')}`}`
}

/** `x = y` where a comparison is meant. Nothing in the scope can be changed, so it is never of use. */
const assignment = (node: AnyNode): string | undefined => {
  const path = node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' ? pathOf(node.left) : undefined
  return path && entryOf(path[0] ?? '') ? `"${path.join('.')}" cannot be changed; compare by ===` : undefined
}

/** The networks that are written out in `address.in(…)` and `ipInCidr(address, …)`. */
const networksIn = (node: AnyNode): readonly AnyNode[] => {
  if (node.type !== 'CallExpression') return []
  const { callee } = node
  const isIn =
    callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier' && callee.property.name === 'in'
  const isHelper = callee.type === 'Identifier' && callee.name === 'ipInCidr'
  const given = isIn ? node.arguments : isHelper ? node.arguments.slice(1) : []
  return given
    .flatMap((one): readonly (AnyNode | null)[] => (one.type === 'ArrayExpression' ? one.elements : [one]))
    .filter((one) => one !== null)
}

const badNetworks = (node: AnyNode): readonly ExpressionProblem[] =>
  networksIn(node).flatMap((one) => {
    const message = one.type === 'Literal' && typeof one.value === 'string' ? networkProblem(one.value) : undefined
    return message === undefined ? [] : [{ message, ...placeOf(one) }]
  })

/** What compiles but cannot be meant, in a source that the sandbox found good. A name that the source declares itself is its own. */
export const misuses = (source: string): readonly ExpressionProblem[] => {
  const program = parseSource(source)
  if (!program) return []
  const nodes = [...nodesOf(program)]
  const declared = new Set(nodes.flatMap(declarationsOf))
  const isOurs = (node: AnyNode) => {
    const [name] = (node.type === 'MemberExpression' ? pathOf(node) : undefined) ?? []
    return name !== undefined && !declared.has(name)
  }
  return nodes.flatMap((node) => {
    const message = misplacedIn(node) ?? (isOurs(node) ? unknownField(node) : undefined) ?? assignment(node)
    const place = node.type === 'MemberExpression' ? node.property : node
    return message === undefined ? badNetworks(node) : [{ message, ...placeOf(place) }]
  })
}

/** Names that a node may declare, more rather than fewer: in doubt the field of a name is not looked at. */
const declarationsOf = (node: AnyNode): readonly string[] => {
  const patterns =
    node.type === 'VariableDeclarator'
      ? [node.id]
      : node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
        ? node.params
        : node.type === 'CatchClause' && node.param
          ? [node.param]
          : []
  return patterns.flatMap((pattern) => [...nodesOf(pattern)].flatMap((inner) => (inner.type === 'Identifier' ? inner.name : [])))
}
