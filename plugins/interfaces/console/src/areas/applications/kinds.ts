import type { ObjectKind } from '../../objects/kind.ts'

export const applications: ObjectKind = {
  kind: 'applications',
  icon: 'i-lucide-app-window',
  texts: {
    all: 'applications.applications',
    one: 'applications.applications.one',
    create: 'applications.applications.new',
    none: 'applications.applications.none',
    noneText: 'applications.applications.none-text',
  },
  columns: [{ field: 'provider', label: 'applications.provider' }],
  groups: [
    {
      title: 'applications.group.general',
      fields: ['/spec/name', '/slug', '/spec/description', '/spec/launchUrl', '/spec/provider', '/spec/icon', '/spec/brand'],
    },
    { fields: ['/spec/access'] },
    {
      title: 'applications.group.flows',
      folded: true,
      fields: ['/spec/flows/authentication', '/spec/flows/authorization', '/spec/flows/invalidation'],
    },
  ],
  overview: () => import('./ApplicationOverview.vue'),
}

const settings = (...names: readonly string[]): readonly string[] => names.map((name) => `/spec/with/${name}`)

export const providers: ObjectKind = {
  kind: 'providers',
  icon: 'i-lucide-plug',
  texts: {
    all: 'applications.providers',
    one: 'applications.providers.one',
    create: 'applications.providers.new',
    none: 'applications.providers.none',
    noneText: 'applications.providers.none-text',
  },
  groups: [
    { title: 'applications.group.general', fields: ['/spec/name', '/slug'] },
    { title: 'applications.group.client', fields: settings('clientType', 'clientId', 'clientSecret', 'jwks', 'jwksUri', 'pkce') },
    { title: 'applications.group.redirects', fields: settings('redirectUris', 'postLogoutRedirectUris') },
    {
      title: 'applications.group.tokens',
      folded: true,
      fields: settings('scopes', 'subject', 'accessTokenLifetime', 'refreshTokenLifetime', 'codeLifetime', 'idTokenAlg', 'accessTokenAlg'),
    },
  ],
  overview: () => import('./ProviderOverview.vue'),
}

export const scopeMappings: ObjectKind = {
  kind: 'scopeMappings',
  icon: 'i-lucide-tags',
  texts: {
    all: 'applications.scope-mappings',
    one: 'applications.scope-mappings.one',
    create: 'applications.scope-mappings.new',
    none: 'applications.scope-mappings.none',
    noneText: 'applications.scope-mappings.none-text',
  },
  columns: [{ field: 'scope', label: 'applications.scope' }],
}
