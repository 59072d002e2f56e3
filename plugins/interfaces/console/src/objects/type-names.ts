import { hasText, humanized, t, useKinds } from 'sluice/interface'

/** What people call the types of providers, policies and sinks: what the plugin says, else the console's own word. */
export const useTypeNames = () => {
  const { data } = useKinds()
  const typeName = (type: string): string => {
    const known = [...(data.value?.protocols ?? []), ...(data.value?.policies ?? []), ...(data.value?.sinks ?? [])].find(
      ({ kind }) => kind === type,
    )
    return known?.title ?? (hasText(`objects.types.${type}`) ? t(`objects.types.${type}`) : humanized(type))
  }
  const typeText = (type: string): string | undefined =>
    hasText(`objects.types.${type}-text`) ? t(`objects.types.${type}-text`) : undefined
  return { typeName, typeText }
}
