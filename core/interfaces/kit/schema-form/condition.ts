import { isObject } from './schema.ts'

/** What a binding asks; it has exactly one of these. */
export const subjects = ['group', 'user', 'role', 'policy', 'method', 'level', 'expression'] as const
export type Subject = (typeof subjects)[number]
export type Binding = { readonly negate?: boolean; readonly from?: string; readonly until?: string } & {
  readonly [S in Subject]?: string
}
/** `none`: nothing is asked. */
export type Mode = 'none' | 'any' | 'all' | 'expression'
export type Condition = { readonly mode: Mode; readonly bindings: readonly Binding[]; readonly expression: string }

export const readCondition = (value: unknown): Condition => {
  if (typeof value === 'string') return { mode: 'expression', bindings: [], expression: value }
  if (Array.isArray(value)) return { mode: 'any', bindings: value as Binding[], expression: '' }
  if (!isObject(value)) return { mode: 'none', bindings: [], expression: '' }
  const { mode, bindings } = value
  return { mode: mode === 'all' ? 'all' : 'any', bindings: Array.isArray(bindings) ? (bindings as Binding[]) : [], expression: '' }
}

/** As configuration writes it; a map stays a map where one was there, so that nothing changes that was not touched. */
export const writeCondition = ({ mode, bindings, expression }: Condition, before: unknown): unknown => {
  if (mode === 'none') return undefined
  if (mode === 'expression') return expression
  if (mode === 'all') return { mode, bindings }
  if (!isObject(before)) return bindings
  return before['mode'] === undefined ? { bindings } : { mode, bindings }
}

/** Where a condition's bindings stand, below its own pointer. */
export const bindingsAt = (value: unknown): string => (isObject(value) ? '/bindings' : '')

export const subjectOf = (binding: Binding): Subject => subjects.find((name) => binding[name] !== undefined) ?? 'group'

/** The same binding asking something else. */
export const asking = ({ negate, from, until }: Binding, subject: Subject, value: string): Binding => ({
  [subject]: value,
  ...(negate && { negate }),
  ...(from !== undefined && { from }),
  ...(until !== undefined && { until }),
})
