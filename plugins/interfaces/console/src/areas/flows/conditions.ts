import type { Step } from './outline/steps.ts'

type Binding = Readonly<Record<string, unknown>>
/** What a binding says beside the one thing that it asks. */
const others = new Set(['negate', 'from', 'until'])

const bindingText = (binding: Binding, not: string): string => {
  const [by, value] = Object.entries(binding).find(([name]) => !others.has(name)) ?? ['?', '']
  const said = by === 'expression' ? String(value) : `${by} ${String(value)}`.trim()
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
