import { useQuery } from '@tanstack/vue-query'
import { api, everything, ok, useMe } from 'sluice/interface'
import { computed } from 'vue'

type Mine = { readonly user: string; readonly limit: number; readonly cursor?: string }

/** All of one kind that is one's own; who may see that of others gets no more here. */
const useMine = <T>(kind: string, page: (query: Mine) => Promise<{ readonly items: readonly T[]; readonly next: string | null }>) => {
  const { user } = useMe()
  const id = computed(() => user.value?.id)
  return useQuery({
    queryKey: ['mine', kind, id],
    enabled: () => id.value !== undefined,
    queryFn: () => everything((query) => page({ ...query, user: id.value ?? '' })),
  })
}

export const useMySessions = () =>
  useMine('sessions', (query) => ok(api.GET('/api/v1/sessions', { params: { query: { ...query, sort: '-seenAt' } } })))
export const useMyConsents = () => useMine('consents', (query) => ok(api.GET('/api/v1/consents', { params: { query } })))
export const useMyDevices = () => useMine('devices', (query) => ok(api.GET('/api/v1/devices', { params: { query } })))
export const useMyTrustedBrowsers = () =>
  useMine('trusted-browsers', (query) => ok(api.GET('/api/v1/trusted-browsers', { params: { query } })))
export const useMyTokens = () =>
  useMine('tokens', (query) => ok(api.GET('/api/v1/tokens', { params: { query: { ...query, sort: '-createdAt' } } })))

/** What can be set up, and where. */
export const useSetup = () => useQuery({ queryKey: ['mine', 'authenticators'], queryFn: () => ok(api.GET('/api/v1/me/authenticators')) })

export const useMyApplications = () =>
  useQuery({ queryKey: ['mine', 'applications'], queryFn: async () => (await ok(api.GET('/api/v1/me/applications'))).items })

type Of<T extends (...wish: never) => { readonly data: { readonly value: readonly unknown[] | undefined } }> = NonNullable<
  ReturnType<T>['data']['value']
>[number]
export type Setup = NonNullable<ReturnType<typeof useSetup>['data']['value']>
export type Session = Of<typeof useMySessions>
export type Consent = Of<typeof useMyConsents>
export type Device = Of<typeof useMyDevices>
export type TrustedBrowser = Of<typeof useMyTrustedBrowsers>
export type Token = Of<typeof useMyTokens>
export type Application = Of<typeof useMyApplications>
