import { useQuery } from '@tanstack/vue-query'
import { isObject } from 'sluice/interface'
import type { StoredObject } from '../../objects/calls.ts'

type Discovery = Readonly<Record<string, unknown>>
export const discoveryPath = (slug: string): string => `/application/o/${encodeURIComponent(slug)}/.well-known/openid-configuration`

/** What the server itself says of its addresses for an application. */
export const useDiscovery = (slug: () => string) =>
  useQuery({
    queryKey: ['discovery', slug],
    queryFn: async ({ signal }): Promise<Discovery> => {
      const response = await fetch(discoveryPath(slug()), { signal })
      if (!response.ok) throw new Error(`${discoveryPath(slug())}: HTTP ${response.status}`)
      return (await response.json()) as Discovery
    },
  })

export const textOf = (record: Discovery | undefined, name: string): string => {
  const value = record?.[name]
  return typeof value === 'string' ? value : ''
}
/** What the client is called: as it says, else by its slug. */
export const clientIdOf = ({ slug, spec }: Pick<StoredObject, 'slug' | 'spec'>): string => {
  const settings = spec['with']
  return (isObject(settings) && textOf(settings, 'clientId')) || slug
}
export const isPublic = ({ spec }: Pick<StoredObject, 'spec'>): boolean => isObject(spec['with']) && spec['with']['clientType'] === 'public'
export const redirectUrisOf = ({ spec }: Pick<StoredObject, 'spec'>): readonly string[] => {
  const uris = isObject(spec['with']) ? spec['with']['redirectUris'] : undefined
  return Array.isArray(uris) ? (uris as string[]) : []
}
