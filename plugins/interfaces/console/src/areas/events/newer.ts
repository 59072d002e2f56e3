import { useQuery } from '@tanstack/vue-query'
import { api, ok } from 'sluice/interface'
import { computed, type Ref } from 'vue'
import type { askedOf } from './filters.ts'

/** Milliseconds. */
const every = 10_000

/** How many events have come since the newest one that is shown. `newest`: its id, `''`: none is; undefined: it is not asked for now. */
export const useNewer = (asked: Ref<ReturnType<typeof askedOf>>, newest: () => string | undefined): Ref<number> => {
  const { data } = useQuery({
    queryKey: ['events', 'newer', asked],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/events', { params: { query: { ...asked.value, limit: 51 } }, signal })),
    enabled: () => newest() !== undefined,
    refetchInterval: every,
    staleTime: every,
  })
  return computed(() => {
    const last = newest()
    // Ids sort by time.
    return last === undefined ? 0 : (data.value?.items.filter(({ id }) => id > last).length ?? 0)
  })
}
