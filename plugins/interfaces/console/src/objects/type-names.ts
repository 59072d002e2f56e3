import { nameOf } from './form.ts'
import type { ObjectKind } from './kind.ts'
import { hasText, humanized, t, useKinds } from 'sluice/interface'

/** What people call the types of providers, policies, sinks and authenticators: what the plugin says, else the console's own word. */
export const useTypeNames = () => {
  const { data } = useKinds()
  const typeName = (type: string): string => {
    const { protocols = [], policies = [], sinks = [], authenticators = [] } = data.value ?? {}
    const known = [...protocols, ...policies, ...sinks, ...authenticators].find(({ kind }) => kind === type)
    return known?.title ?? (hasText(`objects.types.${type}`) ? t(`objects.types.${type}`) : humanized(type))
  }
  /** What people call an object. */
  const nameIn = ({ namedByType }: ObjectKind, object: Parameters<typeof nameOf>[0]): string =>
    namedByType ? typeName(object.slug) : nameOf(object)
  const typeText = (type: string): string | undefined =>
    hasText(`objects.types.${type}-text`) ? t(`objects.types.${type}-text`) : undefined
  return { typeName, typeText, nameIn }
}
