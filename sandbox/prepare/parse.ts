import { parse, type Node, type Options, type Program } from 'acorn'
import type { SourceProblem } from '../types.ts'

/** As the walkers here look at it: any property may hold a node or a list of them. */
export type Any = Node & Readonly<Record<string, unknown>>
export const isNode = (value: unknown): value is Any =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const options: Options = {
  ecmaVersion: 2024,
  sourceType: 'script',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  locations: true,
}

/** Nesting that parsers and engines take without fear for their stacks. */
const maxDepth = 400

type Thrown = Error & { readonly loc?: { readonly line: number; readonly column: number } }

/**
 * Parses a body by itself, outside of any wrapper: so a source that closes the wrapper's braces is an error here, while an engine would take it.
 */
export const parseBody = (code: string): { readonly body: Program } | { readonly problem: SourceProblem } => {
  try {
    return { body: parse(code, options) }
  } catch (error) {
    const { message, loc } = error as Thrown
    // V8's own words for a stack that is used up say nothing to whoever nested too deeply.
    if (error instanceof RangeError || /stack/i.test(message)) return { problem: { line: 1, column: 1, message: 'is nested too deeply' } }
    const said = message.replace(/ \(\d+:\d+\)$/, '')
    return { problem: { line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1, message: said } }
  }
}

/** Child nodes in the order of the source. */
export function* children(node: Any): Generator<Any> {
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc') continue
    if (isNode(value)) yield value
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield item
  }
}

export const placeOf = (node: Any): { readonly line: number; readonly column: number } => ({
  line: node.loc?.start.line ?? 1,
  column: (node.loc?.start.column ?? 0) + 1,
})

const refused: Readonly<Record<string, string>> = {
  ImportExpression: 'import() is not allowed: nothing can be loaded here',
  WithStatement: '"with" is not allowed',
}

/** What is grammar but not allowed, and what is nested too deeply. */
export const shapeProblem = (root: Any): SourceProblem | undefined => {
  const open: { readonly node: Any; readonly depth: number }[] = [{ node: root, depth: 0 }]
  for (let one = open.pop(); one; one = open.pop()) {
    const { node, depth } = one
    if (depth > maxDepth) return { ...placeOf(node), message: 'is nested too deeply' }
    const meta = node.type === 'MetaProperty' && (node['meta'] as { name?: string }).name === 'import'
    const message = meta ? 'import.meta is not allowed' : refused[node.type]
    if (message !== undefined) return { ...placeOf(node), message }
    for (const child of children(node)) open.push({ node: child, depth: depth + 1 })
  }
  return undefined
}
