import { useKinds } from 'sluice/interface'
import { computed } from 'vue'

/** What steps can be made of: the stages that plugins bring; and by what somebody can be signed in. */
export const useStages = () => {
  const { data, error, refetch, isPending } = useKinds()
  const stages = computed(() => data.value?.stages ?? [])
  const methods = computed(() => data.value?.methods ?? [])
  return {
    error,
    refetch,
    isPending,
    stages,
    methods,
    stage: (kind: string | undefined) => stages.value.find((stage) => stage.kind === kind),
  }
}
