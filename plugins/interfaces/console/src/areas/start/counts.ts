import { useQuery } from '@tanstack/vue-query'
import { api, ok, useMe } from 'sluice/interface'
import { computed } from 'vue'

const one = { params: { query: { limit: 1, total: true } } } as const
/** Lists that are counted, each where the person may see it. */
const lists = {
  users: { permission: 'users.view', count: (signal: AbortSignal) => ok(api.GET('/api/v1/users', { ...one, signal })) },
  groups: { permission: 'groups.view', count: (signal: AbortSignal) => ok(api.GET('/api/v1/groups', { ...one, signal })) },
  applications: {
    permission: 'applications.view',
    count: (signal: AbortSignal) => ok(api.GET('/api/v1/applications', { ...one, signal })),
  },
  sessions: { permission: 'sessions.view', count: (signal: AbortSignal) => ok(api.GET('/api/v1/sessions', { ...one, signal })) },
  administrators: {
    permission: 'users.view',
    count: (signal: AbortSignal) => ok(api.GET('/api/v1/users', { params: { query: { limit: 1, total: true, role: 'admin' } }, signal })),
  },
} as const
export type Counted = keyof typeof lists

/** How many there are. */
export const useCount = (name: Counted) => {
  const { may } = useMe()
  const isVisible = computed(() => may(lists[name].permission))
  const query = useQuery({
    queryKey: [name, 'count'],
    queryFn: async ({ signal }) => (await lists[name].count(signal)).total ?? 0,
    enabled: isVisible,
    refetchInterval: 60_000,
  })
  return { ...query, isVisible }
}
