import Type from 'typebox'
import type { ApiParts } from './parts.ts'
import { defineRoute, type Route } from './route.ts'

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
    summary: 'List the plugins that are loaded',
    response: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Type.String(),
          version: Type.String(),
          stages: Type.Array(brought),
          protocols: Type.Array(brought),
          policies: Type.Array(brought),
        }),
      ),
    }),
    handler: async () => ({
      body: {
        items: catalog.plugins.map(({ id, version, stages = [], protocols = [], ...rest }) => ({
          id,
          version,
          stages: stages.map((stage) => shown(stage)),
          protocols: protocols.map((protocol) => shown(protocol)),
          policies: (('policies' in rest ? rest.policies : []) as readonly Configurable[]).map((policy) => shown(policy)),
        })),
      },
    }),
  }),
]
