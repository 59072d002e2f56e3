import type { Step } from './outline/steps.ts'

type Binding = Readonly<Record<string, unknown>>
const tests = ['policy', 'group', 'user', 'role', 'expression'] as const

const bindingText = (binding: Binding, not: string): string => {
  const by = tests.find((name) => binding[name] !== undefined)
  const said = by === 'expression' ? String(binding[by]) : `${by ?? '?'} ${String(by && binding[by])}`
  return binding['negate'] === true ? `${not} (${said})` : said
}

/** A condition in one line. `words`: what joins and denies. */
export const conditionText = (condition: unknown, words: { readonly any: string; readonly all: string; readonly not: string }): string => {
  if (typeof condition === 'string') return condition
  if (Array.isArray(condition)) return condition.map((binding: Binding) => bindingText(binding, words.not)).join(` ${words.any} `)
  const { mode, bindings } = (condition ?? {}) as { readonly mode?: string; readonly bindings?: unknown }
  const list = Array.isArray(bindings) ? (bindings as readonly Binding[]) : []
  return list.map((binding) => bindingText(binding, words.not)).join(` ${mode === 'all' ? words.all : words.any} `)
}

const most = 100
/** What a stage is told, in one line. */
export const settingsText = ({ with: settings = {} }: Step): string => {
  const text = Object.entries(settings)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
