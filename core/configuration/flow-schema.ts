import type { Catalog } from './catalog.ts'
import { kinds } from './kinds.ts'
import { closed, type Schema } from './schema.ts'

const reference = (name: '$env' | '$file' | '$keep', description: string): Schema => ({
  type: 'object',
  properties: { [name]: { type: 'string', description } },
  required: [name],
  additionalProperties: false,
})

/** A schema of what people write: defaults may be left out, secrets may be named, and what is not built is not offered. */
export const written = (schema: Schema): Schema => {
  const { properties = {}, required, items, anyOf, oneOf, ...rest } = schema
  if (schema['x-secret']) {
    const { title, description } = schema
    const named = [
      reference('$env', 'The environment variable that holds it.'),
      reference('$file', 'The file that holds it.'),
      reference('$keep', 'As an export says it: the secret that is stored stays.'),
    ]
    return { title, description, anyOf: [{ type: 'string' }, ...named] }
  }
  const built = Object.entries(properties).filter(([, property]) => !property['x-unbuilt'])
  const needed = required?.filter((name) => !properties[name]?.['x-default-from'] && !('default' in (properties[name] ?? {})))
  return {
    ...rest,
    ...(schema.properties && { properties: Object.fromEntries(built.map(([name, property]) => [name, written(property)])) }),
    ...(needed?.length && { required: needed }),
    ...(items && { items: written(items) }),
    ...(anyOf && { anyOf: anyOf.map(written) }),
    ...(oneOf && { oneOf: oneOf.map(written) }),
  }
}

/**
 * The JSON Schema (2020-12) of flow files: editors complete and check them by it. It knows the stages that the catalog has, with their settings,
 * and the other kinds only by name.
 */
export const flowSchema = (catalog: Catalog): object => {
  const flow = written(closed(kinds.flows.schema))
  const list = flow.properties?.['steps']
  const step = list?.items
  const steps = [...catalog.stages.values()]
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((stage) => {
      const settings = written(catalog.schema(stage))
      return {
        ...step,
        title: stage.kind,
        properties: { ...step?.properties, type: { const: stage.kind }, with: settings },
        required: settings.required ? ['type', 'with'] : ['type'],
      }
    })
  const others = Object.keys(kinds).filter((kind) => kind !== 'flows')
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
          properties: { ...flow.properties, steps: { ...list, items: { oneOf: steps } } },
        },
      },
      ...Object.fromEntries(others.map((kind) => [kind, { type: 'object' }])),
    },
    additionalProperties: false,
  }
}
