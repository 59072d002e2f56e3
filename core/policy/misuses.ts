import type { AnyNode } from 'acorn'
import { type Prepared, syntaxOf } from '../../sandbox/index.ts'
import { didYouMean, meant } from '../configuration/suggest.ts'
import { pointless, uncalled } from './comparisons.ts'
import type { ExpressionProblem } from './expressions.ts'
import { networkProblem } from './networks.ts'
import { type Remark, replaced } from './remark.ts'
import { entryOf } from './scope.ts'
import { nodesOf, pathOf } from './syntax.ts'

/** Names that a source declares, with what they are made of where that is written beside them. */
type Declared = ReadonlyMap<string, AnyNode | undefined>

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

/** Is it an object with names to be found, for certain? */
const isObject = (node: AnyNode, made: Declared): boolean => {
  if (node.type === 'Identifier' && made.has(node.name)) return made.get(node.name)?.type === 'ObjectExpression'
  return node.type === 'ObjectExpression' || typeOf(pathOf(node) ?? [])?.startsWith('Readonly<Record') === true
}

/** `'x' in ['x']` asks for a position in the list and so is false without a word, and `!` makes a yes of it; of a text it fails when it is run. */
const misplacedIn = (node: AnyNode, made: Declared): Remark | undefined => {
  if (node.type !== 'BinaryExpression' || node.operator !== 'in' || isObject(node.right, made)) return undefined
  const kind = kindOf((node.right.type === 'Identifier' ? made.get(node.right.name) : undefined) ?? node.right)
  const message =
    kind === undefined
      ? '"in" does not look into lists in JavaScript, and this may be one; use list.includes(value), or Object.hasOwn(object, name)'
      : `"in" does not look into ${kind}s in JavaScript; use ${kind}.includes(value), or address.in(network, …)`
  return { message }
}

const unknownField = (node: AnyNode): Remark | undefined => {
  const path = node.type === 'MemberExpression' ? pathOf(node) : undefined
  const [name = '', field = ''] = path ?? []
  const fields = path?.length === 2 ? entryOf(name)?.fields : undefined
  if (!fields || Object.hasOwn(fields, field)) return undefined
  const known = Object.keys(fields)
  const instead = meant(field, known)
  const message = `"${name}" has no "${field}"${didYouMean(field, known) || `; it has ${known.join(', ')}`}`
  return { message, ...(instead !== undefined && { instead }) }
}

/** `x = y` where a comparison is meant. Nothing in the scope can be changed, so it is never of use. */
const assignment = (node: AnyNode): Remark | undefined => {
  const path = node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' ? pathOf(node.left) : undefined
  return path && entryOf(path[0] ?? '') ? { message: `"${path.join('.')}" cannot be changed; compare by ===` } : undefined
}

type Places = (node: AnyNode) => { readonly line: number; readonly column: number }

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

const badNetworks = (node: AnyNode, place: Places): readonly ExpressionProblem[] =>
  networksIn(node).flatMap((one) => {
    const message = one.type === 'Literal' && typeof one.value === 'string' ? networkProblem(one.value) : undefined
    return message === undefined ? [] : [{ message, ...place(one) }]
  })

/** What compiles but cannot be meant. A name that the source declares itself is its own. */
export const misuses = (prepared: Prepared): readonly ExpressionProblem[] => {
  const { source } = prepared
  const syntax = syntaxOf(prepared)
  const place: Places = (node) => {
    const { line, column } = syntax.place(node)
    return { line, column }
  }
  const nodes = [...nodesOf(syntax.program)]
  const declared: Declared = new Map(nodes.flatMap((node) => declarationsOf(node).map((name) => [name, initOf(node)] as const)))
  const isOurs = (node: AnyNode) => {
    const [name] = (node.type === 'MemberExpression' ? pathOf(node) : undefined) ?? []
    return name !== undefined && !declared.has(name)
  }
  return nodes.flatMap((node) => {
    const method = uncalled(node)
    if (method && isOurs(method.at)) return [{ message: method.message, ...place(method.at) }]
    const remark =
      misplacedIn(node, declared) ?? pointless(node, source) ?? (isOurs(node) ? unknownField(node) : undefined) ?? assignment(node)
    const at = node.type === 'MemberExpression' ? node.property : node
    if (!remark) return badNetworks(node, place)
    const { message, instead } = remark
    return [{ message, ...place(at), ...(instead !== undefined && { suggestion: replaced(source, at, instead) }) }]
  })
}

const initOf = (node: AnyNode): AnyNode | undefined =>
  node.type === 'VariableDeclarator' && node.id.type === 'Identifier' ? (node.init ?? undefined) : undefined

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
