import { useQuery } from '@tanstack/vue-query'
import { api, ok } from 'sluice/interface'

/** What this installation is. Two parts of the page tell of it, and ask once. */
export const useSystem = () =>
  useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/system', { signal })),
    refetchInterval: 60_000,
  })
