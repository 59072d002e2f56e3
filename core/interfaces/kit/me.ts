import { useQuery } from '@tanstack/vue-query'
import { computed, shallowRef, watch } from 'vue'
import { api, ok, sessionEnded } from './client.ts'

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

export type Person = { readonly id: string; readonly username: string }

/** Whose page this is: who was signed in when it was opened. When that is somebody else all at once, their session has ended. */
export const usePerson = () => {
  const { user } = useMe()
  const person = shallowRef<Person>()
  watch(
    user,
    (now) => {
      if (!now) return
      if (person.value && person.value.id !== now.id) sessionEnded.value = true
      person.value ??= now
    },
    { immediate: true },
  )
  return person
}
