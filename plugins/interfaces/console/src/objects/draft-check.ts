import { useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { ApiError, type Detail, same, valueAt } from 'sluice/interface'
import { computed, type Ref } from 'vue'
import { checkObject, type Spec } from './calls.ts'

type Draft = {
  readonly kind: string
  readonly isNew: boolean
  readonly isWanted: Readonly<Ref<boolean>>
  readonly value: Readonly<Ref<Written>>
}
export type Written = { readonly slug?: string; readonly spec: Spec }

/** What the server would refuse of what is typed, while it is typed. What is still left out is nobody's mistake yet. */
export const useDraftCheck = ({ kind, isNew, isWanted, value }: Draft): Readonly<Ref<readonly Detail[]>> => {
  const settled = refDebounced(value, 500)
  const check = useQuery({
    queryKey: [kind, 'check', settled],
    queryFn: ({ signal }) => checkObject(kind, settled.value, isNew, signal),
    enabled: computed(() => isWanted.value && same(settled.value, value.value)),
    retry: false,
    gcTime: 0,
  })
  return computed(() => {
    const { error } = check
    const said = isWanted.value && error.value instanceof ApiError ? (error.value.problem.errors ?? []) : []
    return said.filter(({ pointer }) => {
      const now = valueAt(value.value, pointer)
      return now !== undefined && same(now, valueAt(settled.value, pointer))
    })
  })
}
