import { useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { searchReferences, t, useMe } from 'sluice/interface'
import { computed, type Ref } from 'vue'
import { useLinks } from '../links.ts'

/** Kinds that are searched by the server, in the order in which they are shown. */
const kinds = {
  users: 'i-lucide-user-round',
  groups: 'i-lucide-users-round',
  applications: 'i-lucide-app-window',
  providers: 'i-lucide-plug',
  flows: 'i-lucide-workflow',
  policies: 'i-lucide-scale',
} as const
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as readonly Kind[]
const most = 5

/** What the server finds of each kind that the person may see, and that has a page. */
export const useObjectSearch = (term: Ref<string>, go: (to: string) => void) => {
  const { may } = useMe()
  const links = useLinks()
  const wanted = computed(() => term.value.trim())
  const search = refDebounced(wanted, 200)
  const isWanted = computed(() => search.value.length > 1)
  const { data, isFetching } = useQuery({
    queryKey: ['palette', search],
    queryFn: async ({ signal }) => {
      const all = await Promise.allSettled(
        names
          .filter((kind) => may(`${kind}.view`))
          .map(async (kind) => ({ kind, found: await searchReferences({ kind }, search.value, signal) })),
      )
      // What one kind refuses does not take the others along.
      return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    },
    enabled: isWanted,
  })
  const groups = computed(() =>
    (isWanted.value ? (data.value ?? []) : []).map(({ kind, found }) => ({
      id: kind,
      label: t(`console.palette.${kind}`),
      ignoreFilter: true,
      slot: 'object' as const,
      items: found.slice(0, most).flatMap(({ value, label, description }) => {
        const to = links.of(kind, value)
        return to === undefined
          ? []
          : [{ label, ...(description !== undefined && { suffix: description }), icon: kinds[kind], onSelect: () => go(to) }]
      }),
    })),
  )
  return { groups, isSearching: computed(() => isWanted.value && (isFetching.value || search.value !== wanted.value)) }
}
