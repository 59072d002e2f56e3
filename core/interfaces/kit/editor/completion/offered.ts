import type { Known, Member } from './known.ts'
import type { Resolver, SyntaxNode, Tree } from './resolve.ts'

export type Offer = { readonly label: string; readonly is: 'name' | 'member' | 'local' | 'keyword'; readonly member?: Member }

const keywords = ['true', 'false', 'null', 'undefined', 'const', 'return', 'if', 'else', 'for', 'of', 'await']

const memberExpressionAt = (node: SyntaxNode): SyntaxNode | undefined => {
  if (node.name === 'MemberExpression') return node
  return ['PropertyName', '.', '?.'].includes(node.name) && node.parent?.name === 'MemberExpression' ? node.parent : undefined
}

/** What may stand at a place: members after a dot, names where one was begun, or `wanted`. */
export const completionsAt = (resolver: Resolver, known: Known, tree: Tree, position: number, wanted = false): readonly Offer[] => {
  const node = tree.resolveInner(position, -1)
  if (/String|Comment|RegExp|Definition/.test(node.name)) return []
  const expression = memberExpressionAt(node)
  if (expression) {
    const members = resolver.membersOf(resolver.typeOf(expression.firstChild)) ?? {}
    return Object.entries(members).map(([label, member]) => ({ label, is: 'member' as const, member }))
  }
  const isBegun = node.to === position && (node.name === 'VariableName' || /^[a-z]+$/.test(node.name))
  if (!isBegun && !wanted) return []
  return [
    ...Object.entries(known.names).map(([label, member]) => ({ label, is: 'name' as const, member })),
    ...resolver.definedBefore(position).map((label) => ({ label, is: 'local' as const })),
    ...keywords.map((label) => ({ label, is: 'keyword' as const })),
  ]
}
