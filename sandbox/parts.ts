import type { AnyNode } from 'acorn'
import type { placesOf } from './places.ts'
import type { Place } from './types.ts'
import { walk } from './tree.ts'

const comparisons = new Set(['==', '!=', '===', '!==', '<', '<=', '>', '>=', 'in', 'instanceof'])

/** The parts of a node whose values tell why it came out as it did. */
const telling = (node: AnyNode): readonly (AnyNode | null | undefined)[] => {
  if (node.type === 'LogicalExpression') return [node.left, node.right]
  if (node.type === 'BinaryExpression') return comparisons.has(node.operator) ? [node.left, node.right] : []
  if (node.type === 'ConditionalExpression') return [node.test, node.consequent, node.alternate]
  if (node.type === 'IfStatement') return [node.test]
  if (node.type === 'UnaryExpression') return node.operator === '!' ? [node.argument] : []
  return node.type === 'ReturnStatement' ? [node.argument] : []
}

const hasValue = (node: AnyNode | null | undefined): node is AnyNode =>
  node !== null && node !== undefined && node.type !== 'Literal' && node.type !== 'PrivateIdentifier'

/** The code with each telling part as `__t(id, part)`, and the places of the parts by id. Lines stay what they are. */
export const traced = (
  code: string,
  program: AnyNode,
  expression: AnyNode | undefined,
  place: ReturnType<typeof placesOf>,
): { readonly code: string; readonly parts: readonly Required<Place>[] } => {
  const nodes = new Set<AnyNode>(hasValue(expression) ? [expression] : [])
  walk(program, (node) => {
    for (const part of telling(node)) if (hasValue(part)) nodes.add(part)
  })
  const outermostFirst = [...nodes].toSorted((one, other) => one.start - other.start || other.end - one.end)
  let result = ''
  let at = 0
  const open: AnyNode[] = []
  const copy = (to: number): void => {
    result += code.slice(at, to)
    at = to
  }
  const close = (before: number): void => {
    for (let last = open.at(-1); last && last.end <= before; last = open.at(-1)) {
      copy(last.end)
      result += '))'
      open.pop()
    }
  }
  for (const [id, node] of outermostFirst.entries()) {
    close(node.start)
    copy(node.start)
    result += `__t(${id},(`
    open.push(node)
  }
  close(Infinity)
  return { code: result + code.slice(at), parts: outermostFirst.map(({ start, end }) => place(start, end)) }
}
