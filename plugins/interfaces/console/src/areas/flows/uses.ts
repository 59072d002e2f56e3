import { useQuery } from '@tanstack/vue-query'
import { api, ok, useMe } from 'sluice/interface'
import { computed } from 'vue'

type Use = { readonly label: string; readonly to?: string; readonly isDefault: boolean }

/** Slugs of flows that a value names by use, e.g. `{ authentication: … }`. */
const named = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).filter((slug) => typeof slug === 'string') : []

/** Who runs a flow, as far as one may see: applications that name it, and the defaults. */
export const useFlowUses = () => {
  const { may } = useMe()
  const applications = useQuery({
    queryKey: ['applications', 'flows'],
    queryFn: () => ok(api.GET('/api/v1/applications', { params: { query: { limit: 200 } } })),
    enabled: computed(() => may('applications.view')),
  })
  const settings = useQuery({
    queryKey: ['settings', 'flows'],
    queryFn: () => ok(api.GET('/api/v1/settings', { params: { query: { search: 'flows' } } })),
    enabled: computed(() => may('settings.view')),
  })
  const uses = computed(() => {
    const found = new Map<string, Use[]>()
    const add = (slug: string, use: Use) => found.set(slug, [...(found.get(slug) ?? []), use])
    const said = settings.data.value?.items.find(({ slug }) => slug === 'flows')?.spec ?? {}
    const defaults = {
      authentication: 'default-authentication',
      authorization: 'default-authorization-implicit-consent',
      invalidation: 'default-invalidation',
      ...said,
    }
    for (const slug of named(defaults)) add(slug, { label: '', isDefault: true })
    for (const { slug: application, spec } of applications.data.value?.items ?? [])
      for (const slug of named(spec['flows']))
        add(slug, {
          label: typeof spec['name'] === 'string' ? spec['name'] : application,
          to: `/applications/${application}`,
          isDefault: false,
        })
    return found
  })
  return (slug: string): readonly Use[] => uses.value.get(slug) ?? []
}
