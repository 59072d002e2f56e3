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
type Provider = Pick<StoredObject, 'spec'>
const settingsOf = ({ spec }: Provider): Discovery => (isObject(spec['with']) ? spec['with'] : {})
/** What the client is called: as it says, else by its slug. */
export const clientIdOf = ({ slug, spec }: Pick<StoredObject, 'slug' | 'spec'>): string => textOf(settingsOf({ spec }), 'clientId') || slug
export const isPublic = (provider: Provider): boolean => settingsOf(provider)['clientType'] === 'public'
/** Has it keys in place of a secret? */
export const isSigning = (provider: Provider): boolean => ['jwks', 'jwksUri'].some((name) => settingsOf(provider)[name] !== undefined)
export const redirectUrisOf = (provider: Provider): readonly string[] => {
  const { redirectUris } = settingsOf(provider)
  return Array.isArray(redirectUris) ? (redirectUris as string[]) : []
}
