import { useQuery } from '@tanstack/vue-query'
import { api, language, ok } from 'sluice/interface'
import { computed } from 'vue'

/** What steps can be made of: the stages that plugins bring. */
export const useStages = () => {
  // Their titles are in the language of the page.
  const query = useQuery({
    queryKey: ['kinds', language],
    queryFn: () => ok(api.GET('/api/v1/kinds', { headers: { 'accept-language': language.value } })),
    staleTime: 300_000,
  })
  const stages = computed(() => query.data.value?.stages ?? [])
  return { ...query, stages, stage: (kind: string | undefined) => stages.value.find((stage) => stage.kind === kind) }
}
