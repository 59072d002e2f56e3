import type { AnyNode } from 'acorn'
import { better, type Remark } from './remark.ts'
import { entryOf } from './scope.ts'
import { pathOf } from './syntax.ts'

const equalities = new Set(['==', '===', '!=', '!=='])
const orders = new Set(['<', '>', '<=', '>='])

const isComparison = (node: AnyNode) => node.type === 'BinaryExpression' && (equalities.has(node.operator) || orders.has(node.operator))

/** Python asks `8 <= hour <= 18` as one question; here it compares true or false with 18, and `true <= 18` always holds. */
const chained = (node: AnyNode, source: string): Remark | undefined => {
  if (node.type !== 'BinaryExpression' || !isComparison(node) || node.left.type !== 'BinaryExpression' || !isComparison(node.left))
    return undefined
  // Whoever writes brackets means it.
  if (source.slice(node.left.end, node.right.start).includes(')')) return undefined
  const { left, right, operator } = node
  const [first, middle, last] = [left.left, left.right, right].map(({ start, end }) => source.slice(start, end))
  return better('comparisons do not chain in JavaScript', `${first} ${left.operator} ${middle} && ${middle} ${operator} ${last}`)
}

/** A list or an object that is written out is never the same as another one, whatever is in both. */
const withLiteral = (node: AnyNode): Remark | undefined => {
  if (node.type !== 'BinaryExpression' || !equalities.has(node.operator)) return undefined
  const written = [node.left, node.right].find(({ type }) => type === 'ArrayExpression' || type === 'ObjectExpression')
  if (!written) return undefined
  const [what, instead] = written.type === 'ArrayExpression' ? ['list', 'list.length or list.includes(value)'] : ['object', 'its fields']
  const always = node.operator.startsWith('!')
  return { message: `"${node.operator}" does not look into a written ${what}, so it is always ${always}; compare ${instead}` }
}

/** `request.ip !== '10.0.0.0/8'` compares letters, so it holds for every address. */
const withNetwork = (node: AnyNode, source: string): Remark | undefined => {
  if (node.type !== 'BinaryExpression' || !equalities.has(node.operator)) return undefined
  const sides = [node.left, node.right]
  const network = sides.find((side) => side.type === 'Literal' && typeof side.value === 'string' && side.value.includes('/'))
  if (!network || !sides.some((side) => pathOf(side)?.join('.') === 'request.ip')) return undefined
  const not = node.operator.startsWith('!') ? '!' : ''
  return better('no address is a network', `${not}request.ip.in(${source.slice(network.start, network.end)})`)
}

/** What compares something, and would come to the same answer whatever there is. */
export const pointless = (node: AnyNode, source: string): Remark | undefined =>
  chained(node, source) ?? withLiteral(node) ?? withNetwork(node, source)

const isMethod = (node: AnyNode): boolean => {
  const [name = '', field = '', ...more] = pathOf(node) ?? []
  return more.length === 0 && entryOf(name)?.fields?.[field]?.type.startsWith('(') === true
}

const tested = (node: AnyNode): readonly AnyNode[] => {
  if (node.type === 'LogicalExpression') return [node.left, node.right]
  if (node.type === 'UnaryExpression') return [node.argument]
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') return [node.test]
  return node.type === 'BinaryExpression' ? [node.left, node.right] : []
}

/** `user.isInGroup && …`: a method that is not called counts as true, for everybody. */
export const uncalled = (node: AnyNode): { readonly at: AnyNode; readonly message: string } | undefined => {
  const at = tested(node).find(isMethod)
  return (
    at && { at, message: `"${pathOf(at)?.join('.')}" is not called, so it says nothing of the user; write ${pathOf(at)?.join('.')}('…')` }
  )
}
