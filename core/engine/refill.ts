import type { Node, Screen } from '../api/index.ts'

const never = new Set(['password', 'code', 'hidden'])

/** The screen with what was typed still in its fields, for whoever has to correct it. What proves something is given anew. */
export function refill(screen: Screen, typed: Readonly<Record<string, unknown>>): Screen {
  return { ...screen, nodes: screen.nodes.map((node) => fill(node, typed)) }
}

function fill(node: Node, typed: Readonly<Record<string, unknown>>): Node {
  if (node.node !== 'field' || never.has(node.input)) return node
  const value = Object.hasOwn(typed, node.name) ? typed[node.name] : undefined
  if (node.input === 'check') return { ...node, checked: value !== undefined && value !== false }
  return typeof value === 'string' ? ({ ...node, value } as Node) : node
}
