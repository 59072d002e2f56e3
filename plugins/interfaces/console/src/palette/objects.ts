import { useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { api, ok, t, useMe } from 'sluice/interface'
import { computed, type Ref } from 'vue'
import { useLinks } from '../links.ts'

type Found = { readonly name: string; readonly suffix: string; readonly id: string }
type Asked = { readonly params: { readonly query: { readonly search: string; readonly limit: number } }; readonly signal: AbortSignal }
type Spec = Readonly<Record<string, unknown>>

const object = ({ slug, spec }: { readonly slug: string; readonly spec: Spec }): Found => {
  const name = spec['name'] ?? spec['title']
  return typeof name === 'string' ? { name, suffix: slug, id: slug } : { name: slug, suffix: '', id: slug }
}

/** Kinds that are searched by the server, in the order in which they are shown. */
const kinds = {
  users: {
    icon: 'i-lucide-user',
    find: async (asked: Asked) =>
      (await ok(api.GET('/api/v1/users', asked))).items.map(({ id, username, name }): Found => ({ name: username, suffix: name, id })),
  },
  groups: {
    icon: 'i-lucide-users-round',
    find: async (asked: Asked) =>
      (await ok(api.GET('/api/v1/groups', asked))).items.map(({ slug, name }): Found => ({ name, suffix: slug, id: slug })),
  },
  applications: {
    icon: 'i-lucide-app-window',
    find: async (asked: Asked) => (await ok(api.GET('/api/v1/applications', asked))).items.map(object),
  },
  providers: { icon: 'i-lucide-plug', find: async (asked: Asked) => (await ok(api.GET('/api/v1/providers', asked))).items.map(object) },
  flows: { icon: 'i-lucide-workflow', find: async (asked: Asked) => (await ok(api.GET('/api/v1/flows', asked))).items.map(object) },
  policies: { icon: 'i-lucide-scale', find: async (asked: Asked) => (await ok(api.GET('/api/v1/policies', asked))).items.map(object) },
} as const
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as readonly Kind[]

/** What the server finds of each kind that the person may see. Where a kind has no page, its events are shown. */
export const useObjectSearch = (term: Ref<string>, go: (to: string) => void) => {
  const { may } = useMe()
  const links = useLinks()
  const search = refDebounced(
    computed(() => term.value.trim()),
    200,
  )
  const isWanted = computed(() => search.value.length > 1)
  const { data, isFetching } = useQuery({
    queryKey: ['palette', search],
    queryFn: async ({ signal }) => {
      const asked = { params: { query: { search: search.value, limit: 5 } }, signal }
      const all = await Promise.allSettled(
        names.filter((kind) => may(`${kind}.view`)).map(async (kind) => ({ kind, found: await kinds[kind].find(asked) })),
      )
      // What one kind refuses does not take the others along.
      return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    },
    enabled: isWanted,
  })
  const pageOf = (kind: Kind, id: string): string | undefined =>
    links.of(kind, id) ?? (kind === 'users' && may('events.view') ? links.known(`/events?user=${encodeURIComponent(id)}`) : undefined)
  const groups = computed(() =>
    (isWanted.value ? (data.value ?? []) : []).map(({ kind, found }) => ({
      id: kind,
      label: t(`console.palette.${kind}`),
      ignoreFilter: true,
      slot: 'object' as const,
      items: found.flatMap(({ name, suffix, id }) => {
        const to = pageOf(kind, id)
        return to === undefined
          ? []
          : [{ label: name, ...(suffix !== '' && suffix !== name && { suffix }), icon: kinds[kind].icon, onSelect: () => go(to) }]
      }),
    })),
  )
  return { groups, isSearching: computed(() => isWanted.value && (isFetching.value || search.value !== term.value.trim())) }
}
