import { useKinds } from 'sluice/interface'
import { computed } from 'vue'

/** What steps can be made of: the stages that plugins bring. */
export const useStages = () => {
  const { data, error, refetch, isPending } = useKinds()
  const stages = computed(() => data.value?.stages ?? [])
  return { error, refetch, isPending, stages, stage: (kind: string | undefined) => stages.value.find((stage) => stage.kind === kind) }
}
