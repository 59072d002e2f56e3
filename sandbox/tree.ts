import type { AnyNode, Node } from 'acorn'

/** The nodes directly below, in the order of the source. */
export const children = (node: Node): readonly AnyNode[] => {
  const found: AnyNode[] = []
  for (const value of Object.values(node) as unknown[]) {
    const list = Array.isArray(value) ? (value as unknown[]) : [value]
    for (const one of list)
      if (one !== null && typeof one === 'object' && typeof (one as { type?: unknown }).type === 'string') found.push(one as AnyNode)
  }
  return found
}

export const isFunction = (node: AnyNode): boolean =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'

/** Levels of nesting that this module, acorn and QuickJS all manage with the stack of any thread. */
const deepest = 400

/** Calls `see` for each node, those above it first, with the nodes above it. Returns the first node that is nested too deeply. */
export const walk = (root: AnyNode, see: (node: AnyNode, above: readonly AnyNode[]) => void): AnyNode | undefined => {
  const above: AnyNode[] = []
  const visit = (node: AnyNode): AnyNode | undefined => {
    if (above.length > deepest) return node
    see(node, above)
    above.push(node)
    for (const child of children(node)) {
      const deep = visit(child)
      if (deep) return deep
    }
    above.pop()
    return undefined
  }
  return visit(root)
}
