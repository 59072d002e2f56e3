import Type from 'typebox'
import type { ApiParts } from './parts.ts'
import { defineRoute, type Route } from './route.ts'
import { nullable } from './schemas.ts'

const brought = Type.Object({
  kind: Type.String(),
  ports: Type.Array(Type.String(), { description: 'What it may reach of the server, and nothing else.' }),
  settings: Type.Unknown({ description: 'JSON Schema of its settings.' }),
})

type Configurable = { readonly kind: string; readonly settings: object; readonly use?: Readonly<Record<string, { readonly id: string }>> }
const shown = ({ kind, settings, use = {} }: Configurable) => ({
  kind,
  ports: Object.values(use)
    .map(({ id }) => id)
    .toSorted(),
  settings,
})

export const pluginRoutes = ({ catalog }: ApiParts): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/plugins',
    permission: 'plugins.view',
    summary: 'List the plugins that are loaded, and those that could not be',
    response: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Type.String(),
          version: Type.String(),
          path: nullable(Type.String({ description: 'Where one from elsewhere is; null: part of Sluice.' })),
          stages: Type.Array(brought),
          authenticators: Type.Array(brought),
          protocols: Type.Array(brought),
          policies: Type.Array(brought),
          sinks: Type.Array(brought),
        }),
      ),
      disabled: Type.Array(
        Type.Object({
          id: nullable(Type.String({ description: 'Null: it could not even be asked.' })),
          path: Type.String(),
          kinds: Type.Array(Type.String(), { description: 'What it would have brought.' }),
          reason: Type.String({ description: 'Why it is not in use, and what to do.' }),
        }),
        { description: 'Plugins from elsewhere that are not in use.' },
      ),
    }),
    handler: async () => ({
      body: {
        items: catalog.plugins.map(({ id, version, stages = [], authenticators = [], protocols = [], policies = [], sinks = [] }) => ({
          id,
          version,
          path: catalog.external.get(id) ?? null,
          stages: stages.map((stage) => shown(stage)),
          authenticators: authenticators.map((authenticator) => shown(authenticator)),
          protocols: protocols.map((protocol) => shown(protocol)),
          policies: policies.map((policy) => shown(policy)),
          sinks: sinks.map((sink) => shown(sink)),
        })),
        disabled: catalog.disabled.map(({ id = null, path, kinds = [], reason }) => ({ id, path, kinds, reason })),
      },
    }),
  }),
]
