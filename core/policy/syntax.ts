import { type AnyNode, parse, type Program } from 'acorn'
import { stripTypes } from '../../sandbox/index.ts'

const options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  locations: true,
} as const

const attempt = (source: string): Program | undefined => {
  try {
    return parse(source, options)
  } catch {
    return undefined
  }
}

/** Types become blanks, so that every place stays where it is; a function around it lets `return` stand. */
const withoutTypes = (source: string): string => {
  const before = 'async function _(){'
  return stripTypes(`${before}${source}\n}`).slice(before.length, -2)
}

/** The syntax of a source that the sandbox found good. */
export const parseSource = (source: string): Program | undefined => {
  const plain = attempt(source)
  if (plain) return plain
  try {
    return attempt(withoutTypes(source))
  } catch {
    return undefined
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value

/** What a node is made of, in the order of the source. */
export const childrenOf = (node: AnyNode): readonly AnyNode[] =>
  Object.values(node)
    .flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode)

/** Every node below, and itself. */
export function* nodesOf(root: AnyNode): Generator<AnyNode> {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    yield node
    open.push(...childrenOf(node).toReversed())
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

/** As editors count: from 1. */
export const placeOf = (node: AnyNode): { readonly line: number; readonly column: number } => ({
  line: node.loc?.start.line ?? 1,
  column: (node.loc?.start.column ?? 0) + 1,
})
