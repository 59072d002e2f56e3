import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { api, ok } from '../client.ts'
import { useMe } from '../me.ts'
import type { Mark } from './marks.ts'

/** On whom an expression is tried. */
export type Trial = { readonly user?: string; readonly ip: string }

/** Has an expression checked while it is written, and tried where somebody wants that. */
export const useExpressionCheck = (expression: Ref<string>, trial: Ref<Trial | undefined>) => {
  const { may } = useMe()
  const settled = refDebounced(expression, 350)
  const asked = computed(() => ({ expression: settled.value, ...(trial.value && { try: trial.value }) }))
  const isEmpty = computed(() => settled.value.trim() === '')
  const query = useQuery({
    queryKey: ['expression', asked],
    queryFn: ({ signal }) => ok(api.POST('/api/v1/expressions/check', { body: asked.value, signal })),
    enabled: computed(() => may('policies.edit') && !isEmpty.value),
    placeholderData: keepPreviousData,
    retry: false,
  })
  /** Is the answer about what is there now? */
  const isCurrent = computed(() => settled.value === expression.value && !isEmpty.value && !query.isPlaceholderData.value)
  const answer = computed(() => (isCurrent.value ? query.data.value : undefined))
  const tried = computed(() => (trial.value ? answer.value?.tried : undefined))
  const problems = computed(() => answer.value?.problems ?? [])
  const marks = computed((): readonly Mark[] => [
    ...problems.value.map(({ detail, line, column }) => ({ detail, line, column })),
    ...decided(tried.value, expression.value),
  ])
  return { problems, tried, marks, error: computed(() => (isEmpty.value ? null : query.error.value)), isAsking: query.isFetching }
}

type Tried = { readonly detail?: string; readonly line?: number; readonly column?: number }

/** The part that decided, as long as its text says. */
const decided = (tried: Tried | undefined, expression: string): readonly Mark[] => {
  if (tried?.line === undefined) return []
  const { detail = '', line, column = 1 } = tried
  const rest = expression
    .split('\n')
    .slice(line - 1)
    .join('\n')
    .slice(column - 1)
  const part = detail.replace(/ is [^]*$/, '')
  return [{ line, column, detail, is: 'decided', ...(part !== '' && rest.startsWith(part) && { length: part.length }) }]
}
