import Type from 'typebox'
import { maySee } from '../../access/caller.ts'
import { permissions } from '../../access/permissions.ts'
import { familyOf } from '../../configuration/places.ts'
import type { Factors } from '../../access/factors.ts'
import { type Kind, type KindName, kindNames, kinds } from '../../configuration/kinds.ts'
import { filledIn } from '../../configuration/named-secrets.ts'
import { shippedRoles } from '../../configuration/roles.ts'
import { closed, type Schema } from '../../configuration/schema.ts'
import { typesOfPlugins } from './brought-types.ts'
import { etagOfBody } from './etags.ts'
import type { ApiParts } from './parts.ts'
import { defineRoute } from './route.ts'
import { nullable } from './schemas.ts'

const schema = (description: string) => Type.Unsafe<Schema>(Type.Object({}, { description, additionalProperties: true }))
const type = {
  kind: Type.String({ description: 'What `type` says.' }),
  plugin: Type.String({ description: 'Id of the plugin that brings it.' }),
  title: nullable(Type.String({ description: 'For people, in their language; null: the plugin says none.' })),
  description: nullable(Type.String()),
  settings: schema('JSON Schema of `with`.'),
}
const names = Type.Array(Type.String())

const response = Type.Object({
  kinds: Type.Array(
    Type.Object({
      kind: Type.String(),
      schema: schema('JSON Schema (2020-12) of an object: its `spec`, or the fields of a user or a group.'),
      sections: nullable(
        Type.Record(Type.String(), schema('JSON Schema of one.'), { description: 'By slug, where each object has a schema of its own.' }),
      ),
      key: Type.Object({ pattern: Type.String(), hint: Type.String({ description: 'The same in words.' }) }),
      reserved: Type.Array(Type.String(), { description: 'Slugs that cannot be used.' }),
      types: nullable(
        Type.Enum(['stages', 'authenticators', 'policies', 'protocols', 'sinks'], {
          description: 'In which list below `type` is found; null: it has none.',
        }),
      ),
      directory: Type.Boolean({ description: 'Kept in the directory, not in revisions.' }),
    }),
    { description: 'The kinds that you may see.' },
  ),
  stages: Type.Array(
    Type.Object({
      ...type,
      needs: nullable(names),
      gives: nullable(names),
      proves: Type.Array(Type.String(), { description: 'Proofs that it may record.' }),
    }),
    { description: 'Facts that they need and give; null: it depends on the settings.' },
  ),
  authenticators: Type.Array(Type.Object(type)),
  policies: Type.Array(Type.Object(type)),
  protocols: Type.Array(Type.Object(type)),
  sinks: Type.Array(Type.Object(type)),
  methods: Type.Array(Type.String(), {
    description: 'By what somebody can be signed in: what stages prove, and the authenticators that are enabled.',
  }),
  permissions: Type.Array(Type.Object({ permission: Type.String(), thing: Type.String(), action: Type.String() }), {
    description: 'All that there are.',
  }),
  roles: Type.Array(Type.Object({ slug: Type.String(), name: Type.String(), description: nullable(Type.String()), permissions: names }), {
    description: 'Those that are built in.',
  }),
})

const shownKind = (kind: KindName) => {
  const { schema: own, key, sections, reserved = [] }: Kind = kinds[kind]
  return {
    kind,
    schema: filledIn(closed(own)),
    sections: sections ? Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, filledIn(closed(section))])) : null,
    key: { pattern: key.pattern.source, hint: key.hint },
    reserved,
    types: familyOf(kind) ?? null,
    directory: kind === 'users' || kind === 'groups',
  }
}

const methodsOf = (stages: readonly { readonly proves: readonly string[] }[], { authenticators }: Pick<Factors, 'authenticators'>) => {
  const ofAuthenticators = [...authenticators.values()].flatMap(({ authenticator, settings }) =>
    Object.keys(authenticator.proves(settings)),
  )
  return [...new Set([...stages.flatMap(({ proves }) => proves), ...ofAuthenticators])]
}

const allPermissions = permissions.map((permission) => {
  const [thing = '', action = ''] = permission.split('.')
  return { permission, thing, action }
})
const builtIn = Object.entries(shippedRoles).map(([slug, { description = null, ...role }]) => ({ slug, description, ...role }))

/** What forms are made of: every object can be rendered and checked by its schema, without a word about it in the browser. */
export const kindsRoute = ({ catalog, textOf }: Pick<ApiParts, 'catalog' | 'textOf'>) => {
  const shownKinds = new Map(kindNames.map((kind) => [kind, shownKind(kind)]))
  return defineRoute({
    method: 'GET',
    path: '/kinds',
    permission: 'signed-in',
    summary: 'Describe what can be configured',
    description:
      'Kinds that you may see, with their schemas, and the types of stages, authenticators, policies, protocols and sinks that their objects are made of. In schemas `x-secret` marks what is never told again, `x-ref` the slug of another object (`media`: the id of an image), `x-widget` how to edit it, `x-hint` a pattern in words.',
    response,
    async handler({ caller, snapshot, request: { locale } }) {
      const seen = kindNames.filter((kind) => maySee(caller, kind))
      const types = typesOfPlugins(catalog, (key) => textOf(key, locale))
      const body = {
        kinds: seen.map((kind) => shownKinds.get(kind)),
        stages: seen.includes('flows') ? types.stages : [],
        policies: seen.includes('policies') ? types.policies : [],
        protocols: seen.includes('providers') ? types.protocols : [],
        authenticators: seen.includes('authenticators') ? types.authenticators : [],
        sinks: seen.includes('sinks') ? types.sinks : [],
        methods: seen.includes('flows') ? methodsOf(types.stages, snapshot.factors) : [],
        permissions: allPermissions,
        roles: builtIn,
      }
      return { body, etag: etagOfBody(body), revalidate: true }
    },
  })
}
