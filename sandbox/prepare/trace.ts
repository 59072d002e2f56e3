import type { Place } from '../types.ts'
import { type Any, children, isNode, placeOf } from './parse.ts'
import { placeAt } from './text.ts'

type Insert = { readonly at: number; readonly text: string; /** Outer openers come first, inner closers do. */ readonly order: number }
export type TracedCode = {
  readonly code: string
  readonly parts: readonly Place[]
  readonly inserts: readonly (readonly [line: number, column: number, length: number])[]
}

const comparisons = new Set(['==', '!=', '===', '!==', '<', '<=', '>', '>=', 'in', 'instanceof'])
/** Their value is plain to see. */
const constants = new Set(['Literal', 'PrivateIdentifier', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassExpression'])

/** The parts of a node that may decide what comes of it. */
const deciding = (node: Any): readonly unknown[] => {
  switch (node.type) {
    case 'LogicalExpression':
      return [node['left'], node['right']]
    case 'BinaryExpression':
      return comparisons.has(String(node['operator'])) ? [node['left'], node['right']] : []
    case 'ConditionalExpression':
      return [node['test'], node['consequent'], node['alternate']]
    case 'IfStatement':
      return [node['test']]
    case 'UnaryExpression':
      return node['operator'] === '!' ? [node['argument']] : []
    case 'ReturnStatement':
      return [node['argument']]
    case 'ArrowFunctionExpression':
      return node['expression'] === true ? [node['body']] : []
    default:
      return []
  }
}

/** Nodes to be wrapped, each once. `whole`: the expression that is the source. */
const partsOf = (program: Any, whole: Any | undefined): ReadonlySet<Any> => {
  const found = new Set<Any>(whole ? [whole] : [])
  const visit = (node: Any): void => {
    for (const part of deciding(node)) if (isNode(part) && !constants.has(part.type)) found.add(part)
    for (const child of children(node)) visit(child)
  }
  visit(program)
  return found
}

/** Wraps every part that may decide as `__t(id, (part))`, on its line. */
export const traced = (code: string, program: Any, whole: Any | undefined): TracedCode => {
  const nodes = [...partsOf(program, whole)].toSorted((a, b) => a.start - b.start || b.end - a.end)
  const inserts: readonly Insert[] = nodes
    .flatMap((node, id): readonly Insert[] => [
      { at: node.start, text: `__t(${id},(`, order: id },
      { at: node.end, text: '))', order: -id - 1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.order - b.order)
  let result = ''
  let at = 0
  for (const insert of inserts) {
    result += code.slice(at, insert.at) + insert.text
    at = insert.at
  }
  return {
    code: result + code.slice(at),
    parts: nodes.map((node) => ({ ...placeOf(node), text: code.slice(node.start, node.end) })),
    inserts: inserts.map(({ at: offset, text }) => {
      const { line, column } = placeAt(code, offset)
      return [line, column, text.length] as const
    }),
  }
}
