import { useQuery } from '@tanstack/vue-query'
import { api, ok } from 'sluice/interface'
import { computed, type Ref } from 'vue'

export type Between = { readonly from: number; readonly to: number }

/** What lies between two revisions. */
export const useDiff = (between: () => Between) =>
  useQuery({
    queryKey: computed(() => ['configuration', 'diff', between()]),
    queryFn: async ({ signal }) => {
      const { changes } = await ok(api.GET('/api/v1/configuration/diff', { params: { query: between() }, signal }))
      return changes
    },
    // What was does not change.
    staleTime: Infinity,
  })

/** The newest revision. */
export const useHead = () => {
  const { data, refetch } = useQuery({
    queryKey: ['configuration', 'head'],
    queryFn: ({ signal }) => ok(api.GET('/api/v1/configuration/history', { params: { query: { limit: 1 } }, signal })),
  })
  return { head: computed(() => data.value?.items[0]?.number), refetch }
}

/** All that was stored as a revision left it, by kind and slug. */
export const useExport = (revision: () => number, wanted: Ref<boolean>) =>
  useQuery({
    queryKey: computed(() => ['configuration', 'export', revision()]),
    queryFn: async ({ signal }) => {
      const query = { revision: revision() }
      return (await ok(api.GET('/api/v1/configuration/export', { params: { query }, signal }))) as Readonly<
        Record<string, Readonly<Record<string, unknown>>>
      >
    },
    enabled: wanted,
    staleTime: Infinity,
  })
