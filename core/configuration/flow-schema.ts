import type { Catalog } from './catalog.ts'
import { kinds } from './kinds.ts'
import { closed, type Schema } from './schema.ts'

const reference = (name: '$env' | '$file' | '$keep', description: string): Schema => ({
  type: 'object',
  properties: { [name]: { type: 'string', description } },
  required: [name],
  additionalProperties: false,
})

/** A secret in a file: as it is, or named. */
const secretInFile = ({ title, description }: Schema): Schema => {
  const named = [
    reference('$env', 'The environment variable that holds it.'),
    reference('$file', 'The file that holds it.'),
    reference('$keep', 'As an export says it: the secret that is stored stays.'),
  ]
  return { title, description, anyOf: [{ type: 'string' }, ...named] }
}

type Saying = { readonly secretAs: (schema: Schema) => Schema; readonly offers: (property: Schema) => boolean }

const isBuilt = (property: Schema): boolean => !property['x-unbuilt']

/** A schema of what people say: defaults may be left out, and what is not built is not offered. */
const said = (schema: Schema, saying: Saying): Schema => {
  const { properties = {}, required, items, anyOf, oneOf, ...rest } = schema
  if (schema['x-secret']) return saying.secretAs(schema)
  const inner = (one: Schema): Schema => said(one, saying)
  const built = Object.entries(properties).filter(([, property]) => saying.offers(property))
  const needed = required?.filter((name) => !properties[name]?.['x-default-from'] && !('default' in (properties[name] ?? {})))
  return {
    ...rest,
    ...(schema.properties && { properties: Object.fromEntries(built.map(([name, property]) => [name, inner(property)])) }),
    ...(needed?.length && { required: needed }),
    ...(items && { items: inner(items) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(oneOf && { oneOf: oneOf.map(inner) }),
  }
}

/** A schema of what people write into files: secrets may be named there. */
export const written = (schema: Schema): Schema => said(schema, { secretAs: secretInFile, offers: isBuilt })

/** A schema of what people fill in: secrets keep their marks, by which a form knows them, and lists of what is not built are left out, too. */
export const filledIn = (schema: Schema): Schema =>
  said(schema, { secretAs: (one) => one, offers: (property) => isBuilt(property) && isBuilt(property.items ?? {}) })

/**
 * The JSON Schema (2020-12) of flow files: editors complete and check them by it. It knows the stages that the catalog has, with their settings,
 * and the other kinds only by name.
 */
export const flowSchema = (catalog: Catalog): object => {
  const flow = written(closed(kinds.flows.schema))
  const list = flow.properties?.['steps']
  const { id, when: condition, onInvalid, choose, flow: called } = list?.items?.properties ?? {}
  const when = { $ref: '#/$defs/condition' }
  const common = { id, when }
  const branch = choose?.items
  const nested = { ...list, items: { $ref: '#/$defs/step' } }
  const stages = [...catalog.stages.values()]
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((stage) => {
      const settings = written(catalog.schema(stage))
      return {
        type: 'object',
        title: stage.kind,
        properties: { ...common, type: { const: stage.kind }, with: settings, onInvalid },
        required: settings.required ? ['type', 'with'] : ['type'],
        additionalProperties: false,
      }
    })
  const branches = { ...branch, properties: { when, steps: { ...branch?.properties?.['steps'], ...nested } } }
  const others = [
    { title: 'choose', properties: { ...common, choose: { ...choose, items: branches } }, required: ['choose'] },
    { title: 'flow', properties: { ...common, flow: called }, required: ['flow'] },
  ].map((step) => ({ type: 'object', ...step, additionalProperties: false }))
  const otherKinds = Object.keys(kinds).filter((kind) => kind !== 'flows')
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice configuration document',
    type: 'object',
    required: ['version'],
    properties: {
      version: { const: 1 },
      flows: {
        type: 'object',
        propertyNames: { pattern: kinds.flows.key.pattern.source },
        additionalProperties: {
          ...flow,
          properties: { ...flow.properties, steps: nested },
        },
      },
      ...Object.fromEntries(otherKinds.map((kind) => [kind, { type: 'object' }])),
    },
    additionalProperties: false,
    $defs: { step: { oneOf: [...stages, ...others] }, condition },
  }
}
