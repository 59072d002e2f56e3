import { useQuery } from '@tanstack/vue-query'
import { api, hasText, language, ok, t, useMe } from 'sluice/interface'
import { computed } from 'vue'
import { catalogue, type Severity } from './catalogue.ts'

export const actionText = (action: string): string => (hasText(`events.action.${action}`) ? t(`events.action.${action}`) : action)

export const severityColours = {
  info: 'text-muted',
  notice: 'text-info',
  warning: 'text-warning',
  alert: 'text-error',
} as const satisfies Record<Severity, string>

/** What can be asked for: what Sluice records, and what was recorded here beside it. */
export const useActions = () => {
  const { may } = useMe()
  const { data } = useQuery({
    queryKey: ['events', 'actions'],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/events/actions', { signal })),
    enabled: () => may('events.view'),
    staleTime: 60_000,
  })
  return computed(() => {
    const all = new Set([...Object.keys(catalogue), ...(data.value?.items ?? []).map(({ action }) => action)])
    const words = new Intl.Collator(language.value)
    return [...all].map((value) => ({ value, label: actionText(value) })).toSorted((a, b) => words.compare(a.label, b.label))
  })
}
