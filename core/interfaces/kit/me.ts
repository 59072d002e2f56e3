import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, ok } from './client.ts'

/** Who is signed in here, and what they may do. */
export const useMe = () => {
  const query = useQuery({ queryKey: ['me'], queryFn: () => ok(api.GET('/api/v1/me')), staleTime: 60_000 })
  const permissions = computed(() => new Set<string>(query.data.value?.permissions ?? []))
  return {
    ...query,
    user: computed(() => query.data.value?.user),
    permissions,
    /** May they? `false` until it is known. The API decides; this only hides what it would refuse. */
    may: (permission: string): boolean => permissions.value.has(permission),
  }
}
