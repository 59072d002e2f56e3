import type { Field, Screen } from '../api/index.ts'

const withAnswer = (field: Field, typed: unknown): Field => {
  if (field.input === 'hidden' || field.input === 'password' || field.input === 'code') return field
  if (field.input === 'check') return { ...field, checked: typed === true || typed === 'true' }
  return typeof typed === 'string' || typeof typed === 'number' ? { ...field, value: String(typed) } : field
}

/** A screen that is shown again with what was typed into it, so that nobody types it twice. Passwords and codes stay empty. */
export const refill = (screen: Screen, answer: Readonly<Record<string, unknown>>): Screen => {
  const typed = new Map(Object.entries(answer))
  return { ...screen, nodes: screen.nodes.map((node) => (node.node === 'field' ? withAnswer(node, typed.get(node.name)) : node)) }
}
