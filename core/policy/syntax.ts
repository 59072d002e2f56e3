import type { AnyNode } from 'acorn'
import { children } from '../../sandbox/index.ts'

/** Every node below, and itself. */
export function* nodesOf(root: AnyNode): Generator<AnyNode> {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    yield node
    open.push(...children(node).toReversed())
  }
}

/** `user.groups` as `['user', 'groups']`; `undefined` for what is not a name followed by names. */
export const pathOf = (node: AnyNode): readonly string[] | undefined => {
  if (node.type === 'Identifier') return [node.name]
  if (node.type === 'ChainExpression') return pathOf(node.expression)
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined
  const before = pathOf(node.object)
  return before && [...before, node.property.name]
}
