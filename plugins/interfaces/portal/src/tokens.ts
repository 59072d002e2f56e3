import { useMe } from 'sluice/interface'
import { computed } from 'vue'

/** API tokens are for those who do something by the API: others are not led to them. */
export const useTokenAccess = () => {
  const { permissions } = useMe()
  return computed(() => permissions.value.has('tokens.create'))
}
